// The trace's file. All processes of a recording write to it, each to pages of its own: they agree by one counter in the file's
// first page, which all have mapped. What is stored there is in the file, whatever happens to the process.
//
// A descriptor is kept, far above those that programs use, and closed by exec. A program that closes all descriptors closes it,
// too; then the file is opened by its path again. It is never used without a look whether it still is the trace's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeapRecorder.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static char path[PATH_MAX];
static dev_t device;
static ino_t inode;
static int descriptor = -1;
static void *header, *process;
static int state;  // 0: not opened, 1: open, 2: will not be
static uint32_t last_process;

uint32_t pageheap_recorder_last_process(void) { return last_process; }
void pageheap_recorder_set_last_process(uint32_t number) { last_process = number; }
void *pageheap_recorder_header(void) { return header; }
void *pageheap_recorder_process(void) { return process; }

// The program sees no signal of a line that cannot be written: it is blocked, and consumed if the call raised it.
static void say(const char *text) {
    uint64_t signals = UINT64_C(1) << (SIGPIPE - 1) | UINT64_C(1) << (SIGXFSZ - 1), before, pending;
    if (syscall(SYS_rt_sigpending, &pending, sizeof pending) != 0) return;
    signals &= ~pending;
    if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, &signals, &before, sizeof before) != 0) return;
    long written = syscall(SYS_write, STDERR_FILENO, text, strlen(text));
    struct timespec none = {0, 0};
    if (written < 0 && (errno == EPIPE || errno == EFBIG))
        syscall(SYS_rt_sigtimedwait, &signals, NULL, &none, sizeof signals);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

void pageheap_recorder_say_stopped(int error) {
    say("pageheap: recording stops, and the program goes on: the trace's file cannot grow: ");
    const char *reason = strerrordesc_np(error);
    say(reason != NULL ? reason : "unknown error");
    say("\n");
}

static bool is_trace(int file) {
    struct stat status;
    return file >= 0 && fstat(file, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

// Above what programs choose or are given, if the limit allows that.
static int raised(int file) {
    static const int places[] = {900, 200, 20};
    for (unsigned index = 0; index < sizeof places / sizeof *places; index++) {
        long high = syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, places[index]);
        if (high < 0) continue;
        syscall(SYS_close, file);
        return (int)high;
    }
    return file;
}

static int opened(void) {
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    return file < 0 ? file : raised(file);
}

bool pageheap_recorder_may_open(void) { return environ != NULL; }

void *pageheap_recorder_map_wiped(uintptr_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    if (madvise(memory, bytes, MADV_WIPEONFORK) == 0) return memory;
    munmap(memory, bytes);
    return NULL;
}

static const char *open_trace(uintptr_t header_bytes, uintptr_t clock_offset, uint32_t processor_clock) {
    struct stat status;
    descriptor = opened();
    if (descriptor < 0) return "its file cannot be opened";
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || (uintptr_t)status.st_size < header_bytes)
        return "its file is not a trace";
    device = status.st_dev;
    inode = status.st_ino;
    header = mmap(NULL, header_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (header == MAP_FAILED) return "its file cannot be mapped";
    process = pageheap_recorder_map_wiped(4096);
    if (process == NULL) return "the kernel is older than 4.14";
    pageheap_recorder_counts_cycles = *(uint32_t *)((char *)header + clock_offset) == processor_clock;
    return NULL;
}

bool pageheap_recorder_open(uintptr_t header_bytes, uintptr_t clock_offset, uint32_t processor_clock) {
    if (state != 0) return state == 1;
    state = 2;
    const char *name = getenv("PAGEHEAPRECORD_FILE");
    if (name == NULL || *name == 0) return false;
    const char *failure = "its path is too long";
    if (strlen(name) < sizeof path) {
        strcpy(path, name);
        failure = open_trace(header_bytes, clock_offset, processor_clock);
    }
    if (failure == NULL) {
        state = 1;
        return true;
    }
    if (descriptor >= 0) syscall(SYS_close, descriptor);
    descriptor = -1;
    say("pageheap: the program is not recorded: ");
    say(failure);
    say("\n");
    return false;
}

// Makes sure that a range of the file is on the disk. Returns an error number.
static int allocate(int file, off_t offset, uintptr_t bytes) {
    // Beyond the limit the kernel would not only refuse, but send a signal.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        (rlim_t)offset + bytes > limit.rlim_cur)
        return EFBIG;
    while (syscall(SYS_fallocate, file, 0, offset, (off_t)bytes) != 0) {
        if (errno == EINTR) continue;
        if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;
        // A file system that cannot promise space: zeros make it.
        static const char zeros[4096];
        for (uintptr_t done = 0; done < bytes;) {
            long count = syscall(SYS_pwrite64, file, zeros, sizeof zeros, offset + (off_t)done);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return count < 0 ? errno : ENOSPC;
            done += (uintptr_t)count;
        }
        return 0;
    }
    return 0;
}

void *pageheap_recorder_claim(uintptr_t bytes, uintptr_t claimed_end_offset, int *error) {
    int file = __atomic_load_n(&descriptor, __ATOMIC_RELAXED);
    bool is_kept = is_trace(file);
    if (!is_kept) {
        file = opened();
        if (!is_trace(file)) {
            *error = file < 0 ? errno : ESTALE;
            if (file >= 0) syscall(SYS_close, file);
            return NULL;
        }
    }
    uint64_t *end = (uint64_t *)((char *)header + claimed_end_offset);
    off_t offset = (off_t)__atomic_fetch_add(end, bytes, __ATOMIC_RELAXED);
    // Other programs may write to the file, too: nothing there is trusted.
    *error = offset < 0 || offset % 4096 != 0 ? EINVAL : allocate(file, offset, bytes);
    void *memory = NULL;
    if (*error == 0) {
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
        if (memory == MAP_FAILED) {
            *error = errno;
            memory = NULL;
        } else if (madvise(memory, bytes, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
            // A store would raise a signal. (EINVAL: a kernel before 5.14, which cannot be asked.)
            *error = errno;
            munmap(memory, bytes);
            memory = NULL;
        }
    }
    if (!is_kept) {
        int expected = __atomic_load_n(&descriptor, __ATOMIC_RELAXED);
        // Keep it, unless another thread has opened the file meanwhile.
        if (is_trace(expected) || !__atomic_compare_exchange_n(
                                      &descriptor, &expected, file, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            syscall(SYS_close, file);
    }
    return memory;
}

void pageheap_recorder_unmap(void *address, uintptr_t bytes) { munmap(address, bytes); }
