#ifdef __linux__
// Linux: reads small files of the kernel. Uses raw system calls, because the C library's open, read and close are
// cancellation points, and callers of malloc may hold locks.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

bool pageheap_read_text(const char *path, char *text, uintptr_t bytes) {
    int saved = errno;
    uintptr_t count = 0;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    while (file >= 0 && count < bytes - 1) {
        long got = syscall(SYS_read, file, text + count, bytes - 1 - count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        count += (uintptr_t)got;
    }
    if (file >= 0) syscall(SYS_close, file);
    text[count] = 0;
    errno = saved;
    return file >= 0;
}

uint64_t pageheap_parse_number(const char *text, uint64_t otherwise) {
    uint64_t number = 0;
    if (*text < '0' || *text > '9') return otherwise;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
            return otherwise;
    }
    return *text == 0 || *text == ' ' || *text == '\n' ? number : otherwise;
}

uint64_t pageheap_read_named_number(const char *path, const char *name, uint64_t otherwise) {
    int saved = errno;
    uint64_t number = otherwise;
    char text[512];
    uintptr_t count = 0, name_length = strlen(name);
    bool is_found = false;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    while (file >= 0 && !is_found) {
        long got = syscall(SYS_read, file, text + count, sizeof text - 1 - count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        count += (uintptr_t)got;
        text[count] = 0;
        char *line = text, *end;
        while (!is_found && (end = strchr(line, '\n')) != NULL) {
            is_found = (uintptr_t)(end - line) > name_length && memcmp(line, name, name_length) == 0;
            if (is_found) {
                const char *digits = line + name_length;
                while (*digits == ' ') digits++;
                number = pageheap_parse_number(digits, otherwise);
            }
            line = end + 1;
        }
        // The rest is the beginning of a line. One that fills the whole buffer is none of ours.
        count -= (uintptr_t)(line - text);
        if (count == sizeof text - 1) count = 0;
        memmove(text, line, count);
    }
    if (file >= 0) syscall(SYS_close, file);
    errno = saved;
    return number;
}

uint64_t pageheap_read_number(const char *path, uint64_t otherwise) {
    char text[32];
    pageheap_read_text(path, text, sizeof text);
    return pageheap_parse_number(text, otherwise);
}
#endif
