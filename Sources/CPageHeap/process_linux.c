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
#include <sys/stat.h>
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

// Blocks signals around a system call. A call that fails with EPIPE or EFBIG also raises a signal that would end the
// program, and the program must not see signals that the heap's own calls raise. So they are blocked during the call, and
// one that the call raised is consumed.
struct blocked_signals {
    uint64_t set, before;
    bool are_blocked;
};

static uint64_t set_of(int signal) { return UINT64_C(1) << (signal - 1); }

static struct blocked_signals block_signals(void) {
    struct blocked_signals blocked = {.set = set_of(SIGPIPE) | set_of(SIGXFSZ)};
    uint64_t pending = 0;
    if (pageheap_keeps_to_plain_calls()) return blocked;
    // A signal that is already pending belongs to the program: leave it.
    if (syscall(SYS_rt_sigpending, &pending, sizeof pending) == 0) {
        blocked.set &= ~pending;
        blocked.are_blocked =
            syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked.set, &blocked.before, sizeof blocked.set) == 0;
    }
    return blocked;
}

// `error`: that of the call; 0 if it did not fail.
static void unblock_signals(const struct blocked_signals *blocked, int error) {
    if (!blocked->are_blocked) return;
    struct timespec none = {0, 0};
    uint64_t raised = blocked->set & (error == EPIPE ? set_of(SIGPIPE) : error == EFBIG ? set_of(SIGXFSZ) : 0);
    if (raised != 0) syscall(SYS_rt_sigtimedwait, &raised, NULL, &none, sizeof raised);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked->before, NULL, sizeof blocked->before);
}

bool pageheap_write(int file, const void *bytes, uintptr_t count) {
    int saved = errno, error = 0;
    struct blocked_signals blocked = block_signals();
    const char *next = bytes;
    while (count > 0 && error == 0) {
        long written = syscall(SYS_write, file, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            error = written < 0 ? errno : ENOSPC;
        } else {
            next += written;
            count -= (uintptr_t)written;
        }
    }
    unblock_signals(&blocked, error);
    errno = saved;
    return error == 0;
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

static struct pageheap_file_identity identity_of(int folder, const char *path, int flags) {
    struct pageheap_file_identity identity = {0, 0};
    struct statx status;
    // A call more could end a program in a sandbox.
    if (pageheap_keeps_to_plain_calls()) return identity;
    int saved = errno;
    if (syscall(SYS_statx, folder, path, flags, STATX_INO, &status) == 0) {
        identity.device = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
        identity.inode = status.stx_ino;
    }
    errno = saved;
    return identity;
}

struct pageheap_file_identity pageheap_file_identity(const char *path) {
    return identity_of(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
}

struct pageheap_file_identity pageheap_descriptor_identity(int file) { return identity_of(file, "", AT_EMPTY_PATH); }

uint64_t pageheap_process_namespace(void) { return identity_of(AT_FDCWD, "/proc/self/ns/pid", 0).inode; }

bool pageheap_read_bytes(const char *path, void *bytes, uintptr_t count) {
    int saved = errno;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    bool is_read = file >= 0 && syscall(SYS_read, file, bytes, count) == (long)count;
    if (file >= 0) syscall(SYS_close, file);
    errno = saved;
    return is_read;
}

int pageheap_write_access(const char *path) { ANSWER(syscall(SYS_faccessat, AT_FDCWD, path, W_OK)); }

bool pageheap_remove_file(const char *path) {
    int saved = errno;
    bool is_removed = syscall(SYS_unlinkat, AT_FDCWD, path, 0) == 0;
    errno = saved;
    return is_removed;
}

void *pageheap_map_new_file(const char *path, uintptr_t bytes, uintptr_t mapped_bytes,
                            struct pageheap_file_identity *identity, int *error) {
    int saved = errno;
    void *mapped = MAP_FAILED;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) {
        // Allocate the blocks now: a later write to a full memory file system would raise SIGBUS.
        struct blocked_signals blocked = block_signals();
        bool is_taken = syscall(SYS_fallocate, file, 0, (off_t)0, (off_t)bytes) == 0;
        int refusal = is_taken ? 0 : errno;
        unblock_signals(&blocked, refusal);
        errno = refusal;
        if (is_taken) mapped = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    }
    *error = mapped == MAP_FAILED ? errno : 0;
    if (file >= 0) {
        *identity = pageheap_descriptor_identity((int)file);
        syscall(SYS_close, file);
        if (mapped == MAP_FAILED) pageheap_remove_file(path);
    }
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
