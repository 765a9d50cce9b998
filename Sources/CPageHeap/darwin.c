#ifdef __APPLE__
// Darwin: everything that differs from Linux. Written from the system's headers and documentation; never run.
#include <crt_externs.h>
#include <errno.h>
#include <fcntl.h>
#include <os/os_sync_wait_on_address.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

// ---- Memory

// Calls madvise, again as long as the kernel returns EAGAIN: that error asks for a retry.
static int advise(void *address, uintptr_t bytes, int advice) {
    int saved = errno, error;
    do error = madvise(address, bytes, advice) == 0 ? 0 : errno;
    while (error == EAGAIN);
    errno = saved;
    return error;
}

// On Darwin MADV_DONTNEED releases nothing, and MADV_FREE leaves the process's footprint unchanged until memory is short.
int pageheap_release_range(void *address, uintptr_t bytes, int method) {
    return advise(address, bytes, method == PAGEHEAP_RELEASE_FREE ? MADV_FREE : MADV_FREE_REUSABLE);
}

size_t pageheap_release_ranges(const void *ranges, uintptr_t count, int method) {
    const struct iovec *each = ranges;
    size_t done = 0;
    while (done < count && pageheap_release_range(each[done].iov_base, each[done].iov_len, method) == 0) done++;
    return done;
}

int pageheap_reuse_range(void *address, uintptr_t bytes) { return advise(address, bytes, MADV_FREE_REUSE); }

// Released pages keep their contents until the kernel reclaims them, one by one.
bool pageheap_released_memory_reads_zero(void) { return false; }

int pageheap_split_huge_page(void *address, uintptr_t bytes) { return EINVAL; }
int pageheap_allow_huge_pages(void *address, uintptr_t bytes) { return EINVAL; }
int pageheap_forbid_huge_pages(void *address, uintptr_t bytes) { return EINVAL; }
uintptr_t pageheap_huge_page_bytes(void) { return 0; }
bool pageheap_huge_pages_come_unasked(void) { return false; }

// Darwin overcommits without limit: it compresses memory, or swaps it to a file that grows.
uintptr_t pageheap_largest_request_bytes(void) { return UINTPTR_MAX; }
uintptr_t pageheap_memory_bytes(void) { return 0; }
int pageheap_find_limit(uintptr_t bytes) { return PAGEHEAP_LIMIT_UNKNOWN; }

// Darwin does not move page tables: the caller copies.
int pageheap_set_guard(void *address, uintptr_t bytes) { return ENOTSUP; }
int pageheap_remove_guard(void *address, uintptr_t bytes) { return ENOTSUP; }
int pageheap_move_memory(void *from, void *to, uintptr_t bytes) { return ENOTSUP; }

uint64_t pageheap_random(void) { return (uint64_t)arc4random() << 32 | arc4random(); }

// ---- Processors and clocks

// The system has no public call that names the processor.
uint32_t pageheap_current_processor(void) { return 0; }
uint32_t pageheap_processor_quota(void) { return UINT32_MAX; }

uint32_t pageheap_processor_hundredths(void) {
    int saved = errno;
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    errno = saved;
    return count > 0 && count < 1000000 ? (uint32_t)count * 100 : 100;
}

// Darwin has no control groups.
bool pageheap_read_surroundings(const char *root, struct pageheap_surroundings *found) {
    (void)root;
    (void)found;
    return false;
}
void pageheap_set_system_root(const char *root) { (void)root; }
void pageheap_read_machine(void) {}

// These clocks stop while the machine sleeps, as CLOCK_MONOTONIC does on Linux. Darwin's CLOCK_MONOTONIC does not stop.
int64_t pageheap_monotonic_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_UPTIME_RAW); }
int64_t pageheap_coarse_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_UPTIME_RAW_APPROX); }
double pageheap_measure_fault_nanoseconds(uintptr_t page_bytes) {
    (void)page_bytes;
    return 0;
}
int64_t pageheap_process_cpu_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_PROCESS_CPUTIME_ID); }
int64_t pageheap_thread_cpu_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_THREAD_CPUTIME_ID); }

// ---- Threads

bool pageheap_futex_wait(const void *word, uint32_t expected, int64_t nanoseconds) {
    if (nanoseconds == 0) return true;  // the system rejects a timeout of 0
    int saved = errno;
    int answer = nanoseconds < 0
        ? os_sync_wait_on_address((void *)word, expected, sizeof expected, OS_SYNC_WAIT_ON_ADDRESS_NONE)
        : os_sync_wait_on_address_with_timeout((void *)word, expected, sizeof expected, OS_SYNC_WAIT_ON_ADDRESS_NONE,
                                               OS_CLOCK_MACH_ABSOLUTE_TIME, (uint64_t)nanoseconds);
    bool over = answer < 0 && errno == ETIMEDOUT;
    errno = saved;
    return over;
}

void pageheap_futex_wake(const void *word, int32_t waiters) {
    int saved = errno;
    // Errors are ignored: they say that no thread waits. The system can wake one thread or all, but not a given count.
    if (waiters == 1) os_sync_wake_by_address_any((void *)word, sizeof(uint32_t), OS_SYNC_WAKE_BY_ADDRESS_NONE);
    else os_sync_wake_by_address_all((void *)word, sizeof(uint32_t), OS_SYNC_WAKE_BY_ADDRESS_NONE);
    errno = saved;
}

void pageheap_name_this_thread(const char *name) { pthread_setname_np(name); }

// Darwin has no such barrier. Only the malloc library, which is for Linux, drains other threads' caches.
bool pageheap_membarrier_register(void) { return false; }
bool pageheap_membarrier(void) { return false; }

// Only the malloc library uses these.
int pageheap_start_bare_thread(void (*body)(void *), void *argument) { return ENOTSUP; }
void pageheap_join_bare_thread(void) {}
bool pageheap_has_bare_thread(void) { return false; }
void pageheap_forget_bare_thread(void) {}
void pageheap_stop_from_bare_thread(void) {}
void pageheap_note_process_attributes(void) {}
bool pageheap_program_is_single_threaded(void) { return false; }
uint32_t pageheap_process_identifier(void) { return 0; }
bool pageheap_is_noted_process(void) { return true; }
uint32_t pageheap_thread_identifier(void) { return 0; }
bool pageheap_thread_lives(uint32_t identifier) { return true; }
static uint32_t unwiped_mark;
uint32_t *pageheap_mark = &unwiped_mark;
bool pageheap_make_process_mark(void) { return false; }
void pageheap_keep_to_plain_calls(void) {}
bool pageheap_keeps_to_plain_calls(void) { return false; }

// ---- The process

void pageheap_hide_variable(const char *entry) { (void)entry; }

const char **pageheap_environment(void) { return issetugid() ? NULL : (const char **)*_NSGetEnviron(); }

static struct pageheap_file_identity identity_of(int answer, const struct stat *status) {
    struct pageheap_file_identity identity = {0, 0};
    if (answer == 0) {
        identity.device = (uint64_t)status->st_dev;
        identity.inode = status->st_ino;
    }
    return identity;
}

struct pageheap_file_identity pageheap_file_identity(const char *path) {
    struct stat status;
    int saved = errno;
    int answer = lstat(path, &status);
    errno = saved;
    return identity_of(answer, &status);
}

struct pageheap_file_identity pageheap_descriptor_identity(int file) {
    struct stat status;
    int saved = errno;
    int answer = fstat(file, &status);
    errno = saved;
    return identity_of(answer, &status);
}

// There is one namespace.
uint64_t pageheap_process_namespace(void) { return 1; }

bool pageheap_read_bytes(const char *path, void *bytes, uintptr_t count) {
    int saved = errno;
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool is_read = file >= 0 && read(file, bytes, count) == (ssize_t)count;
    if (file >= 0) close(file);
    errno = saved;
    return is_read;
}

int pageheap_write_access(const char *path) { ANSWER(access(path, W_OK)); }

bool pageheap_remove_file(const char *path) {
    int saved = errno;
    bool is_removed = unlink(path) == 0;
    errno = saved;
    return is_removed;
}

void *pageheap_map_new_file(const char *path, uintptr_t bytes, uintptr_t mapped_bytes,
                            struct pageheap_file_identity *identity, int *error) {
    int saved = errno;
    void *mapped = MAP_FAILED;
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    fstore_t room = {.fst_flags = F_ALLOCATEALL, .fst_posmode = F_PEOFPOSMODE, .fst_length = (off_t)bytes};
    if (file >= 0 && fcntl(file, F_PREALLOCATE, &room) == 0 && ftruncate(file, (off_t)bytes) == 0)
        mapped = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *error = mapped == MAP_FAILED ? errno : 0;
    if (file >= 0) {
        *identity = pageheap_descriptor_identity(file);
        close(file);
        if (mapped == MAP_FAILED) pageheap_remove_file(path);
    }
    errno = saved;
    return mapped == MAP_FAILED ? NULL : mapped;
}

// This system cannot say.
bool pageheap_make_writable(void *address, uintptr_t bytes) {
    (void)address;
    (void)bytes;
    return false;
}

bool pageheap_error_takes_a_line(void) {
    int saved = errno;
    struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
    bool waits = poll(&standard_error, 1, 0) == 0;
    errno = saved;
    return !waits;
}

bool pageheap_write(int file, const void *bytes, uintptr_t count) {
    int saved = errno;
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(file, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        next += written;
        count -= (uintptr_t)written;
    }
    errno = saved;
    return count == 0;
}
#endif
