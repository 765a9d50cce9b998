#ifdef __linux__
// Linux: the environment, messages, and new files. Uses raw system calls, because they are not cancellation points.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

const char **pageheap_environment(void) { return getauxval(AT_SECURE) ? NULL : (const char **)environ; }

void pageheap_hide_variable(const char *entry) {
    // The kernel puts the strings of the environment above the random bytes and below the program's name. A variable that lies
    // elsewhere was set by the program, perhaps in memory that must not be written to.
    uintptr_t address = (uintptr_t)entry, random = getauxval(AT_RANDOM), name = getauxval(AT_EXECFN);
    if (random == 0 || address <= random || address >= name) return;
    char *text = (char *)address;
    for (size_t i = 0; i < strlen("PAGEHEAP"); i++) text[i] |= 'a' ^ 'A';
}

// Blocks a signal around a system call. A call that fails with EPIPE or EFBIG also raises a signal that would end the
// program, and the program must not see signals that the heap's own calls raise. So the signal is blocked during the call,
// and consumed if the call raised it.
struct blocked_signal {
    uint64_t set, before;
    bool is_blocked;
};

static struct blocked_signal block_signal(int number) {
    struct blocked_signal blocked = {.set = UINT64_C(1) << (number - 1)};
    uint64_t pending = 0;
    if (pageheap_keeps_to_plain_calls()) return blocked;
    // A signal that is already pending belongs to the program: leave it.
    if (syscall(SYS_rt_sigpending, &pending, sizeof pending) == 0 && (pending & blocked.set) == 0)
        blocked.is_blocked =
            syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked.set, &blocked.before, sizeof blocked.set) == 0;
    return blocked;
}

static void unblock_signal(const struct blocked_signal *blocked, bool was_sent) {
    if (!blocked->is_blocked) return;
    struct timespec none = {0, 0};
    if (was_sent) syscall(SYS_rt_sigtimedwait, &blocked->set, NULL, &none, sizeof blocked->set);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked->before, NULL, sizeof blocked->set);
}

void pageheap_write_error(const char *text, uintptr_t bytes) {
    int saved = errno;
    struct blocked_signal blocked = block_signal(SIGPIPE);
    bool was_sent = false;
    while (bytes > 0) {
        long written = syscall(SYS_write, STDERR_FILENO, text, bytes);
        if (written < 0 && errno == EINTR) continue;
        was_sent = written < 0 && errno == EPIPE;
        if (written <= 0) break;
        text += written;
        bytes -= (uintptr_t)written;
    }
    unblock_signal(&blocked, was_sent);
    errno = saved;
}

bool pageheap_error_takes_a_line(void) {
    // A call more could end a program in a sandbox.
    if (pageheap_keeps_to_plain_calls()) return true;
    int saved = errno;
    // A pipe is ready if it has room for PIPE_BUF bytes, which is more than a line has.
    struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct timespec none = {0, 0};
    bool waits = syscall(SYS_ppoll, &standard_error, 1, &none, NULL, 0) == 0;
    errno = saved;
    return !waits;
}

void *pageheap_map_new_file(const char *path, uintptr_t bytes, uintptr_t mapped_bytes, int *error) {
    int saved = errno;
    void *mapped = MAP_FAILED;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) {
        // Allocate the blocks now: a later write to a full memory file system would raise SIGBUS.
        struct blocked_signal blocked = block_signal(SIGXFSZ);
        bool is_taken = syscall(SYS_fallocate, file, 0, (off_t)0, (off_t)bytes) == 0;
        unblock_signal(&blocked, !is_taken && errno == EFBIG);
        if (is_taken) mapped = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    }
    *error = mapped == MAP_FAILED ? errno : 0;
    if (file >= 0) syscall(SYS_close, file);
    errno = saved;
    return mapped == MAP_FAILED ? NULL : mapped;
}

bool pageheap_make_writable(void *address, uintptr_t bytes) {
    if (pageheap_keeps_to_plain_calls()) return false;
    int saved = errno;
    uintptr_t before = (uintptr_t)address % pageheap_physical_page_bytes();
    bool is_done =
        syscall(SYS_madvise, (uintptr_t)address - before, bytes + before, 23 /* MADV_POPULATE_WRITE */) == 0;
    errno = saved;
    return is_done;
}
#endif
