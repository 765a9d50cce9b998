#ifdef __linux__
// Linux: reads small files of the kernel. Uses raw system calls, because the C library's open, read and close are
// cancellation points, and callers of malloc may hold locks.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

// Parses the decimal number at the start of a text. Returns `otherwise` if there is none or it overflows.
static uint64_t parse_number(const char *text, uint64_t otherwise) {
    uint64_t number = 0;
    if (*text < '0' || *text > '9') return otherwise;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
            return otherwise;
    }
    return number;
}

uint64_t pageheap_read_number(const char *path, uint64_t otherwise) {
    char text[32];
    pageheap_read_text(path, text, sizeof text);
    return parse_number(text, otherwise);
}

// ---- The control group's processor quota

// Converts a quota to hundredths of a processor, at least 1. Returns UINT32_MAX if there is no quota or it is invalid.
static uint32_t hundredths(uint64_t quota, uint64_t period) {
    if (period == 0 || quota == 0 || quota > UINT64_MAX / 100) return UINT32_MAX;
    uint64_t share = quota * 100 / period;
    return share == 0 ? 1 : share >= UINT32_MAX ? UINT32_MAX : (uint32_t)share;
}

// Reads a group's quota, cgroup v2: one file, "QUOTA PERIOD" or "max PERIOD".
static uint32_t quota_2(const char *folder) {
    char path[1100], text[64];
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", folder);
    if (!pageheap_read_text(path, text, sizeof text)) return UINT32_MAX;
    const char *period = strchr(text, ' ');
    return period == NULL ? UINT32_MAX : hundredths(parse_number(text, 0), parse_number(period + 1, 0));
}

// Reads a group's quota, cgroup v1: one file per number. A quota of -1 means none.
static uint32_t quota_1(const char *folder) {
    static const char *const mounts[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"};
    uint32_t least = UINT32_MAX;
    for (int mount = 0; mount < 2; mount++) {
        char path[1100];
        snprintf(path, sizeof path, "%s%s/cpu.cfs_quota_us", mounts[mount], folder);
        uint64_t quota = pageheap_read_number(path, 0);
        snprintf(path, sizeof path, "%s%s/cpu.cfs_period_us", mounts[mount], folder);
        uint32_t share = hundredths(quota, pageheap_read_number(path, 0));
        if (share < least) least = share;
    }
    return least;
}

// Returns the smallest quota of a group and all its ancestors. In a container that sees the host's group paths, the
// container's own group is mounted as the root, so the root is read too.
static uint32_t least_quota(char *folder, uint32_t (*quota)(const char *folder)) {
    uint32_t least = UINT32_MAX;
    char *end = folder + strlen(folder);
    while (true) {
        while (end > folder && end[-1] == '/') *--end = 0;
        uint32_t share = quota(folder);
        if (share < least) least = share;
        if (end == folder) return least;
        while (end > folder && *end != '/') end--;
        *end = 0;
    }
}

// Whether a list of cgroup v1 controllers, such as "cpu,cpuacct", contains "cpu".
static bool names_processors(const char *list, const char *end) {
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *item_end = comma == NULL ? end : comma;
        if (item_end - list == 3 && memcmp(list, "cpu", 3) == 0) return true;
        list = item_end + 1;
    }
    return false;
}

uint32_t pageheap_processor_quota_now(void) {
    // One line per hierarchy: "0::/folder" is cgroup v2, "4:cpu,cpuacct:/folder" is v1.
    char text[4096];
    pageheap_read_text("/proc/self/cgroup", text, sizeof text);
    uint32_t least = UINT32_MAX;
    char *line = text;
    while (*line != 0) {
        char *next = line + strcspn(line, "\n");
        if (*next != 0) *next++ = 0;
        char *list = strchr(line, ':');
        char *folder = list == NULL ? NULL : strchr(list + 1, ':');
        if (folder != NULL && strlen(folder + 1) < 1000) {
            uint32_t share = UINT32_MAX;
            if (folder == list + 1) share = least_quota(folder + 1, quota_2);
            else if (names_processors(list + 1, folder)) share = least_quota(folder + 1, quota_1);
            if (share < least) least = share;
        }
        line = next;
    }
    return least;
}
#endif
