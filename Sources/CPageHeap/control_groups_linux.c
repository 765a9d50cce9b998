#ifdef __linux__
// Linux: what the process's control groups grant it, and whether tasks have to wait for memory.
//
// A process is in one group of each hierarchy. What holds for a group holds for all groups in it, so every group from the
// process's own up to the root is read, and the smallest grant counts. A file that is missing or malformed grants all.
//
//   what          cgroup v2                                      cgroup v1
//   quota         cpu.max                                        cpu.cfs_quota_us, cpu.cfs_period_us
//   memory        memory.max, memory.high                        memory.limit_in_bytes
//   its use       memory.current - inactive_file                 memory.usage_in_bytes - total_inactive_file
//   time waited   memory.pressure, else /proc/pressure/memory    /proc/pressure/memory
//
// The kernel's count of a group's memory includes the page cache of files. It drops the inactive part of that before
// anybody has to wait, so this part does not count as used.
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "CPageHeap.h"
#include "system.h"

static char system_root[256];  // set before there is a second thread that reads it

void pageheap_set_system_root(const char *root) { snprintf(system_root, sizeof system_root, "%s", root); }

// ---- A group

// A group's folder, with room behind it for the name of a file.
struct group {
    char path[1500];
    size_t length;
};

static const char *file_in(struct group *group, const char *name) {
    snprintf(group->path + group->length, sizeof group->path - group->length, "/%s", name);
    return group->path;
}

typedef void reader(struct group *group, struct pageheap_surroundings *found);

// Reads a group and all its ancestors. In a container that sees the host's group paths, the container's own group is
// mounted as the root, so the root is read too.
static void read_upwards(const char *root, const char *mount, const char *folder, reader *read,
                         struct pageheap_surroundings *found) {
    struct group group;
    size_t top = (size_t)snprintf(group.path, sizeof group.path, "%s/sys/fs/cgroup%s", root, mount);
    group.length = (size_t)snprintf(group.path, sizeof group.path, "%s/sys/fs/cgroup%s%s", root, mount, folder);
    if (group.length + 64 > sizeof group.path) return;
    while (true) {
        while (group.length > top && group.path[group.length - 1] == '/') group.length--;
        read(&group, found);
        if (group.length == top) return;
        while (group.length > top && group.path[group.length - 1] != '/') group.length--;
    }
}

// ---- Processors

// Takes a quota in hundredths of a processor, at least 1, if it is valid and smaller than what is known.
static void take_quota(struct pageheap_surroundings *found, uint64_t quota, uint64_t period) {
    if (period == 0 || quota == 0 || quota > UINT64_MAX / 100) return;
    uint64_t share = quota * 100 / period;
    if (share == 0) share = 1;
    if (share < found->hundredths) found->hundredths = (uint32_t)share;
}

// One file: "QUOTA PERIOD" or "max PERIOD".
static void read_quota_2(struct group *group, struct pageheap_surroundings *found) {
    char text[64];
    if (!pageheap_read_text(file_in(group, "cpu.max"), text, sizeof text)) return;
    const char *period = strchr(text, ' ');
    if (period != NULL) take_quota(found, pageheap_parse_number(text, 0), pageheap_parse_number(period + 1, 0));
}

// One file per number. A quota of -1 means none.
static void read_quota_1(struct group *group, struct pageheap_surroundings *found) {
    uint64_t quota = pageheap_read_number(file_in(group, "cpu.cfs_quota_us"), 0);
    if (quota != 0) take_quota(found, quota, pageheap_read_number(file_in(group, "cpu.cfs_period_us"), 0));
}

// ---- Memory

// Takes a group's limit if it leaves less than what is known. A group whose use is not known counts as without a limit.
static void take_limit(struct pageheap_surroundings *found, uint64_t limit, uint64_t usage, uint64_t reclaimable) {
    if (usage > INT64_MAX) return;
    uint64_t used = usage > reclaimable ? usage - reclaimable : 0;
    int64_t left = (int64_t)limit - (int64_t)used;
    if (found->memory_limit != UINT64_MAX && left >= found->memory_left) return;
    found->memory_limit = limit;
    found->memory_left = left;
}

static void read_memory_2(struct group *group, struct pageheap_surroundings *found) {
    // "max" is not a number. Above memory.high the kernel slows the group's tasks down, so that is the limit to keep to.
    uint64_t limit = pageheap_read_number(file_in(group, "memory.max"), UINT64_MAX);
    uint64_t high = pageheap_read_number(file_in(group, "memory.high"), UINT64_MAX);
    if (high < limit) limit = high;
    if (limit > INT64_MAX / 2) return;
    uint64_t usage = pageheap_read_number(file_in(group, "memory.current"), UINT64_MAX);
    take_limit(found, limit, usage, pageheap_read_named_number(file_in(group, "memory.stat"), "inactive_file ", 0));
}

static void read_memory_1(struct group *group, struct pageheap_surroundings *found) {
    // Without a limit the file says the largest number of bytes in whole pages, nearly INT64_MAX.
    uint64_t limit = pageheap_read_number(file_in(group, "memory.limit_in_bytes"), UINT64_MAX);
    if (limit > INT64_MAX / 2) return;
    uint64_t usage = pageheap_read_number(file_in(group, "memory.usage_in_bytes"), UINT64_MAX);
    take_limit(found, limit, usage, pageheap_read_named_number(file_in(group, "memory.stat"), "total_inactive_file ", 0));
}

// ---- Waiting for memory

// Takes the total of the first line, "some avg10=… avg60=… avg300=… total=MICROSECONDS". Returns false if there is none.
static bool take_stall(const char *path, struct pageheap_surroundings *found) {
    char text[128];
    if (!pageheap_read_text(path, text, sizeof text)) return false;
    const char *total = strstr(text, "total=");
    uint64_t microseconds = total == NULL ? UINT64_MAX : pageheap_parse_number(total + 6, UINT64_MAX);
    if (microseconds > INT64_MAX / 1000) return false;
    found->stalled_nanoseconds = microseconds * 1000;
    return true;
}

// Reads how long tasks of the process's own group have waited, for whatever reason: the group's limit, or a machine that
// is short of memory.
static bool read_stall(const char *root, const char *mount, const char *folder, struct pageheap_surroundings *found) {
    char path[1500];
    const char *slash = folder[0] == '/' && folder[1] == 0 ? "" : folder;
    int length = snprintf(path, sizeof path, "%s/sys/fs/cgroup%s%s/memory.pressure", root, mount, slash);
    return length < (int)sizeof path && take_stall(path, found);
}

// ---- All of it

// Whether a list of cgroup v1 controllers, such as "cpu,cpuacct", contains a name.
static bool names(const char *list, const char *end, const char *name) {
    size_t length = strlen(name);
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *item_end = comma == NULL ? end : comma;
        if ((size_t)(item_end - list) == length && memcmp(list, name, length) == 0) return true;
        list = item_end + 1;
    }
    return false;
}

// Reads what one line of /proc/self/cgroup leads to: a line per hierarchy, "0::/folder" for cgroup v2, "4:cpu,cpuacct:/folder"
// for v1. Returns whether the group says how long its tasks have waited.
static bool read_line(char *line, const char *root, struct pageheap_surroundings *found) {
    char *list = strchr(line, ':');
    char *end = list == NULL ? NULL : strchr(++list, ':');
    if (end == NULL || end[1] != '/' || strlen(end) > 1000) return false;
    const char *folder = end + 1;
    if (end == list) {
        read_upwards(root, "", folder, read_quota_2, found);
        read_upwards(root, "", folder, read_memory_2, found);
        // Beside hierarchies of v1, that of v2 has a folder of its own.
        return read_stall(root, "", folder, found) || read_stall(root, "/unified", folder, found);
    }
    if (names(list, end, "cpu")) {
        read_upwards(root, "/cpu", folder, read_quota_1, found);
        read_upwards(root, "/cpu,cpuacct", folder, read_quota_1, found);
    }
    if (names(list, end, "memory")) read_upwards(root, "/memory", folder, read_memory_1, found);
    return false;
}

bool pageheap_read_surroundings(const char *root, struct pageheap_surroundings *found) {
    if (pageheap_keeps_to_plain_calls()) return false;
    bool is_real = root == NULL, knows_stall = false;
    if (is_real) root = system_root;
    struct pageheap_surroundings all = {UINT64_MAX, INT64_MAX, UINT32_MAX, UINT64_MAX};
    char text[4096], path[sizeof system_root + 64];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    bool is_readable = pageheap_read_text(path, text, sizeof text);
    for (char *line = text; *line != 0;) {
        char *next = line + strcspn(line, "\n");
        if (*next != 0) *next++ = 0;
        if (read_line(line, root, &all)) knows_stall = true;
        line = next;
    }
    snprintf(path, sizeof path, "%s/proc/pressure/memory", root);
    if (!knows_stall && take_stall(path, &all)) is_readable = true;
    if (!is_readable) return false;
    if (is_real) pageheap_note_processor_quota(all.hundredths);
    *found = all;
    return true;
}
#endif
