// The entry points of the malloc family. They check their arguments; Swift does the work
// (Sources/PageHeapMalloc/EntryPoints.swift).
#define _GNU_SOURCE
#include <errno.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CPageHeapMalloc.h"
#include "pageheap.h"

// A note in the file of each program that contains the library, by which the command recognises it: names may be stripped.
__attribute__((section(".note.pageheap"), used, aligned(4))) static const struct {
    uint32_t name_bytes, description_bytes, type;
    char name[12];
    uint32_t version;
} note = {sizeof "PageHeap", sizeof(uint32_t), 1, "PageHeap", PAGEHEAP_VERSION};

void *pageheap_entry_malloc(size_t bytes);
void pageheap_entry_free(void *pointer);
void *pageheap_entry_calloc(size_t bytes);
void *pageheap_entry_realloc(void *pointer, size_t bytes);
void *pageheap_entry_aligned(size_t alignment, size_t bytes);
size_t pageheap_entry_usable_size(void *pointer);
size_t pageheap_entry_release(void);
bool pageheap_prepare_for_forks(void);
void pageheap_begin_if_wanted(void);
void pageheap_before_fork(void);
void pageheap_after_fork_in_parent(void);
void pageheap_after_fork_in_child(void);

void pageheap_set_out_of_memory(void) { errno = ENOMEM; }

// Registers the fork handlers, as early as possible: handlers that were registered before ours run while the heap is locked.
// If they allocate, the forking thread, which holds all locks, passes through them.
__attribute__((constructor)) void pageheap_register_fork_handlers(void) {
    static int registered;
    if (__atomic_exchange_n(&registered, 1, __ATOMIC_RELAXED) != 0) return;
    bool child = pageheap_prepare_for_forks();
    pthread_atfork(pageheap_before_fork, pageheap_after_fork_in_parent, child ? pageheap_after_fork_in_child : NULL);
}

// A tool that watches this process learns from the first page of figures that the process has this malloc, also if it never
// allocates.
__attribute__((constructor)) static void begin_if_wanted(void) {
    pageheap_begin_if_wanted();
    pageheap_prepare_call_stacks();
}

// A stub, never called. The Embedded Swift runtime refers to arc4random_buf for its hashing seed, and nothing here hashes.
// Without the stub the library would require glibc 2.36.
__attribute__((visibility("hidden"))) void arc4random_buf(void *buffer, size_t bytes) {
    (void)buffer;
    (void)bytes;
    abort();
}

// malloc and free themselves are the Swift functions, by the linker's --defsym (Package.swift).

static int is_power_of_two(size_t number) { return number != 0 && (number & (number - 1)) == 0; }

void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return pageheap_entry_calloc(bytes);
}

// realloc(p, 0) frees p and returns NULL, as in glibc.
void *realloc(void *pointer, size_t bytes) {
    if (pointer == NULL) return pageheap_entry_malloc(bytes);
    if (bytes != 0) return pageheap_entry_realloc(pointer, bytes);
    pageheap_entry_free(pointer);
    return NULL;
}

void *reallocarray(void *pointer, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(pointer, bytes);
}

static void *aligned(size_t alignment, size_t bytes) {
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return pageheap_entry_aligned(alignment, bytes);
}

// memalign and aligned_alloc treat alignments as the installed glibc does. glibc's memalign rounds the alignment up to a
// power of two. aligned_alloc was an alias of it before glibc 2.38; since then it rejects what is not a power of two.
void *memalign(size_t alignment, size_t bytes) {
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return NULL;
    }
    size_t rounded = 16;
    while (rounded < alignment) rounded *= 2;
    return aligned(rounded, bytes);
}

static int refuses_odd_alignments(void) {
    const char *version = gnu_get_libc_version();
    return strncmp(version, "2.", 2) != 0 || atoi(version + 2) >= 38;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    if (is_power_of_two(alignment) || refuses_odd_alignments()) return aligned(alignment, bytes);
    return memalign(alignment, bytes);
}

// posix_memalign returns its error and preserves errno.
int posix_memalign(void **result, size_t alignment, size_t bytes) {
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) return EINVAL;
    int saved = errno;
    void *pointer = pageheap_entry_aligned(alignment, bytes);
    errno = saved;
    if (pointer == NULL) return ENOMEM;
    *result = pointer;
    return 0;
}

void *valloc(size_t bytes) { return aligned((size_t)sysconf(_SC_PAGESIZE), bytes); }

void *pvalloc(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), rounded;
    if (__builtin_add_overflow(bytes, page - 1, &rounded)) {
        errno = ENOMEM;
        return NULL;
    }
    return aligned(page, rounded / page * page);
}

size_t malloc_usable_size(void *pointer) { return pointer == NULL ? 0 : pageheap_entry_usable_size(pointer); }

void free_sized(void *pointer, size_t bytes) {
    (void)bytes;
    pageheap_entry_free(pointer);
}

void free_aligned_sized(void *pointer, size_t alignment, size_t bytes) {
    (void)alignment;
    (void)bytes;
    pageheap_entry_free(pointer);
}

// Releases all free memory. Returns 1 if any was released. `keep` is ignored: the scavenger decides what to keep.
int malloc_trim(size_t keep) {
    (void)keep;
    int saved = errno;
    size_t released = pageheap_entry_release();
    errno = saved;
    return released != 0;
}
