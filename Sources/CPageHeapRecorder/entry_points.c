// The entry points of the malloc family but for malloc and free themselves, which are Swift functions
// (Sources/PageHeapRecorder/EntryPoints.swift). Each calls the next definition, and notes what came of it.
//
// malloc_usable_size, malloc_trim and their like are not here: the program calls the allocator's own.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CPageHeapRecorder.h"

void pageheap_recorder_allocated(void *block, size_t bytes);
void pageheap_recorder_allocated_zeroed(void *block, size_t bytes);
void pageheap_recorder_allocated_aligned(void *block, size_t bytes, size_t alignment);
void pageheap_recorder_freed(void *block);
void pageheap_recorder_begin_reallocation(void *block);
void pageheap_recorder_end_reallocation(void *block, size_t bytes);
void pageheap_recorder_fail_reallocation(void);
uintptr_t pageheap_recorder_position(void);

static struct pageheap_recorder_next *next(void) {
    pageheap_recorder_find_next();
    return &pageheap_recorder_next;
}

void *calloc(size_t count, size_t size) {
    void *block = pageheap_recorder_next.calloc(count, size);
    if (block != NULL && !pageheap_recorder_is_early((uintptr_t)block))
        pageheap_recorder_allocated_zeroed(block, count * size);
    return block;
}

void *realloc(void *block, size_t bytes) {
    if (block == NULL) {
        void *fresh = pageheap_recorder_next.realloc(NULL, bytes);
        if (fresh != NULL && !pageheap_recorder_is_early((uintptr_t)fresh)) pageheap_recorder_allocated(fresh, bytes);
        return fresh;
    }
    if (pageheap_recorder_is_early((uintptr_t)block)) {
        size_t left = pageheap_recorder_early + PAGEHEAP_EARLY_BYTES - (char *)block;
        void *fresh = malloc(bytes);
        if (fresh != NULL) memcpy(fresh, block, bytes < left ? bytes : left);
        return fresh;
    }
    if (bytes == 0) {
        // Allocators differ: some free the block, some make it a small one.
        pageheap_recorder_freed(block);
        void *fresh = pageheap_recorder_next.realloc(block, 0);
        if (fresh != NULL) pageheap_recorder_allocated(fresh, 0);
        return fresh;
    }
    pageheap_recorder_begin_reallocation(block);
    void *fresh = pageheap_recorder_next.realloc(block, bytes);
    if (fresh != NULL)
        pageheap_recorder_end_reallocation(fresh, bytes);
    else
        pageheap_recorder_fail_reallocation();
    return fresh;
}

// Allocators call realloc from it, which is the recorder's.
void *reallocarray(void *block, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}

// Some allocators make one of these functions of another one, which is the recorder's and has noted the block.
static void *aligned(void *block, size_t bytes, size_t alignment, uintptr_t position) {
    if (block != NULL && pageheap_recorder_position() == position)
        pageheap_recorder_allocated_aligned(block, bytes, alignment);
    return block;
}

void *memalign(size_t alignment, size_t bytes) {
    uintptr_t position = pageheap_recorder_position();
    return aligned(next()->memalign(alignment, bytes), bytes, alignment, position);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    uintptr_t position = pageheap_recorder_position();
    return aligned(next()->aligned_alloc(alignment, bytes), bytes, alignment, position);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
    uintptr_t position = pageheap_recorder_position();
    int error = next()->posix_memalign(result, alignment, bytes);
    if (error == 0) aligned(*result, bytes, alignment, position);
    return error;
}

void *valloc(size_t bytes) {
    uintptr_t position = pageheap_recorder_position();
    return aligned(next()->valloc(bytes), bytes, (size_t)sysconf(_SC_PAGESIZE), position);
}

void *pvalloc(size_t bytes) {
    uintptr_t position = pageheap_recorder_position();
    return aligned(next()->pvalloc(bytes), bytes, (size_t)sysconf(_SC_PAGESIZE), position);
}

// C23. An allocator that does not have them has the same from free.
void free_sized(void *block, size_t bytes) {
    void (*function)(void *, size_t) = next()->free_sized;
    if (block == NULL || function == NULL || pageheap_recorder_is_early((uintptr_t)block)) {
        free(block);
        return;
    }
    pageheap_recorder_freed(block);
    function(block, bytes);
}

void free_aligned_sized(void *block, size_t alignment, size_t bytes) {
    void (*function)(void *, size_t, size_t) = next()->free_aligned_sized;
    if (block == NULL || function == NULL || pageheap_recorder_is_early((uintptr_t)block)) {
        free(block);
        return;
    }
    pageheap_recorder_freed(block);
    function(block, alignment, bytes);
}
