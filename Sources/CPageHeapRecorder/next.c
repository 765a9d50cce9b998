// Finds the functions of the malloc family behind the recorder.
//
// dlsym may allocate, and the loader does before the recorder's constructor runs. So malloc and free look the others up at their
// first call, and an allocation during that lookup gets a block of a small static area.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeapRecorder.h"

_Alignas(16) char pageheap_recorder_early[PAGEHEAP_EARLY_BYTES];
static size_t early_used;
static _Thread_local int is_looking __attribute__((tls_model("initial-exec")));

static void *early_block(size_t bytes) {
    size_t size = (bytes + 15) / 16 * 16;
    if (bytes > PAGEHEAP_EARLY_BYTES) return NULL;
    size_t start = __atomic_fetch_add(&early_used, size, __ATOMIC_RELAXED);
    return start + size <= PAGEHEAP_EARLY_BYTES ? pageheap_recorder_early + start : NULL;
}

static void *first_malloc(size_t bytes) {
    if (is_looking) return early_block(bytes);
    pageheap_recorder_find_next();
    return pageheap_recorder_next.malloc(bytes);
}

static void first_free(void *block) {
    if (is_looking) return;
    pageheap_recorder_find_next();
    pageheap_recorder_next.free(block);
}

static void *first_calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    if (is_looking) return early_block(bytes);  // which is zero
    pageheap_recorder_find_next();
    return pageheap_recorder_next.calloc(count, size);
}

static void *first_realloc(void *block, size_t bytes) {
    if (is_looking) return early_block(bytes);  // only of a null pointer
    pageheap_recorder_find_next();
    return pageheap_recorder_next.realloc(block, bytes);
}

struct pageheap_recorder_next pageheap_recorder_next = {
    .malloc = first_malloc, .free = first_free, .calloc = first_calloc, .realloc = first_realloc};

static void *sought(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        static const char message[] = "pageheap: the recorder found no malloc behind itself\n";
        syscall(SYS_write, STDERR_FILENO, message, sizeof message - 1);
        abort();
    }
    return function;
}

// Threads that do this at the same time store the same.
void pageheap_recorder_find_next(void) {
    static int is_done;
    if (__atomic_load_n(&is_done, __ATOMIC_ACQUIRE)) return;
    int saved = errno;
    is_looking = 1;
    struct pageheap_recorder_next *next = &pageheap_recorder_next;
    next->memalign = (void *(*)(size_t, size_t))sought("memalign");
    next->aligned_alloc = (void *(*)(size_t, size_t))sought("aligned_alloc");
    next->posix_memalign = (int (*)(void **, size_t, size_t))sought("posix_memalign");
    next->valloc = (void *(*)(size_t))sought("valloc");
    next->pvalloc = (void *(*)(size_t))sought("pvalloc");
    next->free_sized = (void (*)(void *, size_t))dlsym(RTLD_NEXT, "free_sized");
    next->free_aligned_sized = (void (*)(void *, size_t, size_t))dlsym(RTLD_NEXT, "free_aligned_sized");
    __atomic_store_n(&next->realloc, (void *(*)(void *, size_t))sought("realloc"), __ATOMIC_RELEASE);
    __atomic_store_n(&next->calloc, (void *(*)(size_t, size_t))sought("calloc"), __ATOMIC_RELEASE);
    __atomic_store_n(&next->free, (void (*)(void *))sought("free"), __ATOMIC_RELEASE);
    __atomic_store_n(&next->malloc, (void *(*)(size_t))sought("malloc"), __ATOMIC_RELEASE);
    is_looking = 0;
    errno = saved;
    __atomic_store_n(&is_done, 1, __ATOMIC_RELEASE);
}
