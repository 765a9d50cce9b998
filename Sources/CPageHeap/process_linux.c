#ifdef __linux__
// Linux: the environment, messages, and new files. By raw system calls, which are no cancellation points.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

const char **pageheap_environment(void) { return getauxval(AT_SECURE) ? NULL : (const char **)environ; }

void pageheap_write_error(const char *text, uintptr_t bytes) {
    int saved = errno;
    while (bytes > 0) {
        long written = syscall(SYS_write, STDERR_FILENO, text, bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        text += written;
        bytes -= (uintptr_t)written;
    }
    errno = saved;
}

void *pageheap_map_new_file(const char *path, uintptr_t bytes, int *error) {
    int saved = errno;
    void *mapped = MAP_FAILED;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    // Blocks are taken now: a write to a full memory file system would be a bus error.
    if (file >= 0 && syscall(SYS_fallocate, file, 0, (off_t)0, (off_t)bytes) == 0)
        mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    *error = mapped == MAP_FAILED ? errno : 0;
    if (file >= 0) syscall(SYS_close, file);
    errno = saved;
    return mapped == MAP_FAILED ? NULL : mapped;
}
#endif
