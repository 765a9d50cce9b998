// The library's own C interface, pageheap.h. These functions check their arguments and preserve errno; Swift does the work
// (Sources/PageHeapMalloc/EntryPoints+Interface.swift).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "CPageHeapMalloc.h"
#include "pageheap.h"

bool pageheap_entry_statistics(struct pageheap_statistics *statistics);
bool pageheap_entry_thread_caches(struct pageheap_thread_caches *caches);
uint64_t pageheap_entry_resident_bytes(void);
size_t pageheap_entry_release(void);
size_t pageheap_entry_get_memory_limit(void);
bool pageheap_entry_set_memory_limit(size_t bytes);
size_t pageheap_entry_get_hard_limit(void);
bool pageheap_entry_set_hard_limit(size_t bytes);
bool pageheap_entry_set_trace(uint8_t trace);
bool pageheap_entry_owns(const void *pointer);

uint32_t pageheap_version(void) { return PAGEHEAP_VERSION; }

const char *pageheap_version_string(void) { return PAGEHEAP_VERSION_STRING; }

// Allocates a block and checks which heap owns it. Comparing addresses of malloc would not do: in a program that takes
// malloc's address, or wraps it, the name resolves to the program's own symbol.
int pageheap_is_process_malloc(void) {
    int saved = errno;
    void *(*process_malloc)(size_t) = (void *(*)(size_t))dlsym(RTLD_DEFAULT, "malloc");
    void (*process_free)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "free");
    // A static program cannot look names up, and has one function of each.
    if (process_malloc == NULL || process_free == NULL) {
        process_malloc = malloc;
        process_free = free;
    }
    void *block = process_malloc(1);
    bool is_ours = block != NULL && pageheap_entry_owns(block);
    process_free(block);
    errno = saved;
    return is_ours;
}

// Whether a caller's structure may have this size: its own size, a figure, and perhaps more.
static bool is_size(uint64_t size) { return size >= 2 * sizeof(uint64_t) && size % sizeof(uint64_t) == 0; }

// Copies to the caller what its structure has room for, and writes how much that is into both. Each begins with its size.
static void answer(void *theirs, void *ours, uint64_t size) {
    const uint64_t room = *(const uint64_t *)theirs;
    *(uint64_t *)ours = room < size ? room : size;
    memcpy(theirs, ours, *(const uint64_t *)ours);
}

int pageheap_statistics(struct pageheap_statistics *statistics) {
    if (statistics == NULL || !is_size(statistics->size)) return EINVAL;
    struct pageheap_statistics all;
    memset(&all, 0, sizeof all);
    int saved = errno;
    bool is_ready = pageheap_entry_statistics(&all);
    errno = saved;
    if (!is_ready) return ENOMEM;
    answer(statistics, &all, sizeof all);
    return 0;
}

int pageheap_thread_caches(struct pageheap_thread_caches *caches) {
    if (caches == NULL || !is_size(caches->size)) return EINVAL;
    struct pageheap_thread_caches all;
    memset(&all, 0, sizeof all);
    int saved = errno;
    bool is_ready = pageheap_entry_thread_caches(&all);
    errno = saved;
    if (!is_ready) return ENOMEM;
    answer(caches, &all, sizeof all);
    return 0;
}

uint64_t pageheap_resident_bytes(void) {
    int saved = errno;
    uint64_t bytes = pageheap_entry_resident_bytes();
    errno = saved;
    return bytes;
}

size_t pageheap_release(void) {
    int saved = errno;
    size_t released = pageheap_entry_release();
    errno = saved;
    return released;
}

uint64_t pageheap_get_memory_limit(void) {
    int saved = errno;
    size_t limit = pageheap_entry_get_memory_limit();
    errno = saved;
    return limit == SIZE_MAX ? PAGEHEAP_NONE : limit;
}

int pageheap_set_memory_limit(uint64_t bytes) {
    if (bytes == 0) return EINVAL;
    int saved = errno;
    bool is_ready = pageheap_entry_set_memory_limit(bytes > SIZE_MAX ? SIZE_MAX : (size_t)bytes);
    errno = saved;
    return is_ready ? 0 : ENOMEM;
}

uint64_t pageheap_get_hard_limit(void) {
    int saved = errno;
    size_t limit = pageheap_entry_get_hard_limit();
    errno = saved;
    return limit == SIZE_MAX ? PAGEHEAP_NONE : limit;
}

int pageheap_set_hard_limit(uint64_t bytes) {
    if (bytes == 0) return EINVAL;
    int saved = errno;
    bool is_ready = pageheap_entry_set_hard_limit(bytes > SIZE_MAX ? SIZE_MAX : (size_t)bytes);
    errno = saved;
    return is_ready ? 0 : ENOMEM;
}

int pageheap_set_scavenge_trace(enum pageheap_trace trace) {
    if (trace != PAGEHEAP_TRACE_NONE && trace != PAGEHEAP_TRACE_TEXT && trace != PAGEHEAP_TRACE_JSON) return EINVAL;
    int saved = errno;
    bool is_ready = pageheap_entry_set_trace((uint8_t)trace);
    errno = saved;
    return is_ready ? 0 : ENOMEM;
}
