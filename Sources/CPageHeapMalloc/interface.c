// The library's own C interface, pageheap.h. These functions check their arguments and preserve errno; Swift does the work
// (Sources/PageHeapMalloc/EntryPoints+Interface.swift).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "CPageHeapMalloc.h"
#include "pageheap.h"

bool pageheap_entry_statistics(struct pageheap_statistics *statistics);
size_t pageheap_entry_release(void);
size_t pageheap_entry_get_memory_limit(void);
bool pageheap_entry_set_memory_limit(size_t bytes);
bool pageheap_entry_set_trace(uint8_t trace);
bool pageheap_entry_owns(const void *pointer);

uint32_t pageheap_version(void) { return PAGEHEAP_VERSION; }

// Allocates a block and checks which heap owns it. Comparing addresses of malloc would not do: in a program that takes
// malloc's address, or wraps it, the name resolves to the program's own symbol.
int pageheap_is_process_malloc(void) {
    int saved = errno;
    void *(*process_malloc)(size_t) = (void *(*)(size_t))dlsym(RTLD_DEFAULT, "malloc");
    void (*process_free)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "free");
    bool is_ours = false;
    if (process_malloc != NULL && process_free != NULL) {
        void *block = process_malloc(1);
        is_ours = block != NULL && pageheap_entry_owns(block);
        process_free(block);
    }
    errno = saved;
    return is_ours;
}

int pageheap_statistics(struct pageheap_statistics *statistics) {
    const size_t smallest = offsetof(struct pageheap_statistics, system_bytes) + sizeof statistics->system_bytes;
    if (statistics == NULL || statistics->size < smallest || statistics->size % 8 != 0) return EINVAL;
    struct pageheap_statistics all;
    memset(&all, 0, sizeof all);
    int saved = errno;
    bool is_ready = pageheap_entry_statistics(&all);
    errno = saved;
    if (!is_ready) return ENOMEM;
    all.size = statistics->size < sizeof all ? statistics->size : sizeof all;
    memcpy(statistics, &all, all.size);
    return 0;
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

int pageheap_set_scavenge_trace(enum pageheap_trace trace) {
    if (trace != PAGEHEAP_TRACE_NONE && trace != PAGEHEAP_TRACE_TEXT && trace != PAGEHEAP_TRACE_JSON) return EINVAL;
    int saved = errno;
    bool is_ready = pageheap_entry_set_trace((uint8_t)trace);
    errno = saved;
    return is_ready ? 0 : ENOMEM;
}
