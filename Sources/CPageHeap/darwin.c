#ifdef __APPLE__
// Darwin: all that differs from Linux. Written by reading the system's headers and documentation; never run.
#include <crt_externs.h>
#include <errno.h>
#include <fcntl.h>
#include <os/os_sync_wait_on_address.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

// ---- Memory

// The kernel says EAGAIN where it would do what is asked if it were asked once more.
static int advise(void *address, size_t bytes, int advice) {
    int saved = errno, error;
    do error = madvise(address, bytes, advice) == 0 ? 0 : errno;
    while (error == EAGAIN);
    errno = saved;
    return error;
}

// MADV_DONTNEED gives nothing back here, and MADV_FREE leaves the process's footprint as it is until memory is short.
int pageheap_release_range(void *address, size_t bytes, int method) {
    return advise(address, bytes, method == PAGEHEAP_RELEASE_FREE ? MADV_FREE : MADV_FREE_REUSABLE);
}

size_t pageheap_release_ranges(const void *ranges, size_t count, int method) {
    const struct iovec *each = ranges;
    size_t done = 0;
    while (done < count && pageheap_release_range(each[done].iov_base, each[done].iov_len, method) == 0) done++;
    return done;
}

int pageheap_reuse_range(void *address, size_t bytes) { return advise(address, bytes, MADV_FREE_REUSE); }

// Released pages keep what they held until the kernel takes them, one by one.
bool pageheap_released_memory_reads_zero(void) { return false; }

int pageheap_part_huge_page(void *address, size_t bytes) { return EINVAL; }
int pageheap_allow_huge_pages(void *address, size_t bytes) { return EINVAL; }
int pageheap_forbid_huge_pages(void *address, size_t bytes) { return EINVAL; }
size_t pageheap_huge_page_bytes(void) { return 0; }
bool pageheap_huge_pages_come_unasked(void) { return false; }

// Memory is promised without limit, and compressed or swapped to a file that grows.
size_t pageheap_largest_request_bytes(void) { return SIZE_MAX; }

// ---- Processors and clocks

size_t pageheap_processor_count(void) {
    int saved = errno;
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    errno = saved;
    return count > 0 ? (size_t)count : 1;
}

// These stand still while the machine sleeps, as CLOCK_MONOTONIC does on Linux; the one of that name goes on here.
int64_t pageheap_monotonic_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_UPTIME_RAW); }
int64_t pageheap_coarse_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_UPTIME_RAW_APPROX); }
int64_t pageheap_thread_cpu_nanoseconds(void) { return (int64_t)clock_gettime_nsec_np(CLOCK_THREAD_CPUTIME_ID); }

// ---- Threads

bool pageheap_futex_wait(const void *word, uint32_t expected, int64_t nanoseconds) {
    if (nanoseconds == 0) return true;  // which the system refuses as an argument
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
    // An error says that nobody waits. There is no call for a number: one, or all.
    if (waiters == 1) os_sync_wake_by_address_any((void *)word, sizeof(uint32_t), OS_SYNC_WAKE_BY_ADDRESS_NONE);
    else os_sync_wake_by_address_all((void *)word, sizeof(uint32_t), OS_SYNC_WAKE_BY_ADDRESS_NONE);
    errno = saved;
}

void pageheap_name_this_thread(const char *name) { pthread_setname_np(name); }

// There is none. Only the malloc, which is for Linux, drains other threads' caches.
bool pageheap_membarrier_register(void) { return false; }
void pageheap_membarrier(void) {}

// ---- The process

const char **pageheap_environment(void) { return issetugid() ? NULL : (const char **)*_NSGetEnviron(); }

bool pageheap_take_blocks(int file, size_t bytes) {
    fstore_t room = {.fst_flags = F_ALLOCATEALL, .fst_posmode = F_PEOFPOSMODE, .fst_length = (off_t)bytes};
    return fcntl(file, F_PREALLOCATE, &room) == 0 && ftruncate(file, (off_t)bytes) == 0;
}
#endif
