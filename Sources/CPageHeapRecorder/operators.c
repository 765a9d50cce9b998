// C++'s operators new and delete.
//
// Those of the C++ library call malloc and free, so nothing is to be noted of them. But some allocators bring their own, which
// need not; then the recorder notes them here, unless they do. A program's own are found before these, and call whatever they
// like.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "CPageHeapRecorder.h"

void pageheap_recorder_allocated(void *block, size_t bytes);
void pageheap_recorder_allocated_aligned(void *block, size_t bytes, size_t alignment);
void pageheap_recorder_freed(void *block);
uintptr_t pageheap_recorder_position(void);
void pageheap_recorder_suspend(void);
void pageheap_recorder_resume(void);

// An operator behind the recorder.
struct operator {
    void *function;  // NULL until it was looked up
    int is_noted;    // whether it belongs to the allocator, and need not call malloc
};

// The library in which a function lies.
static void *home(void *function) {
    Dl_info information;
    return function != NULL && dladdr(function, &information) != 0 ? information.dli_fbase : NULL;
}

static struct operator look_up(struct operator *known, const char *name) {
    struct operator found = {__atomic_load_n(&known->function, __ATOMIC_ACQUIRE), 0};
    if (found.function != NULL) {
        found.is_noted = known->is_noted;
        return found;
    }
    found.function = dlsym(RTLD_NEXT, name);
    if (found.function == NULL) {
        // A C++ library that was loaded later, for a plugin alone.
        void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
        if (library == NULL) library = dlopen("libc++.so.1", RTLD_LAZY | RTLD_NOLOAD);
        if (library != NULL) found.function = dlsym(library, name);
    }
    if (found.function == NULL) abort();  // A caller of the operator is linked with a library that has it.
    pageheap_recorder_find_next();
    found.is_noted = home(found.function) == home((void *)pageheap_recorder_next.malloc);
    known->is_noted = found.is_noted;
    __atomic_store_n(&known->function, found.function, __ATOMIC_RELEASE);
    return found;
}

#define NEW(name, parameters, arguments, note)                                          \
    void *name parameters {                                                             \
        static struct operator known;                                                   \
        struct operator next = look_up(&known, #name);                                  \
        uintptr_t position = next.is_noted ? pageheap_recorder_position() : 0;          \
        void *block = ((void *(*)parameters)next.function)arguments; /* It may throw. */ \
        if (next.is_noted && block != NULL && pageheap_recorder_position() == position) note; \
        return block;                                                                   \
    }

#define DELETE(name, parameters, arguments)                                             \
    void name parameters {                                                              \
        static struct operator known;                                                   \
        struct operator next = look_up(&known, #name);                                  \
        if (next.is_noted && block != NULL) {                                           \
            pageheap_recorder_freed(block);                                             \
            pageheap_recorder_suspend();                                                \
        }                                                                               \
        ((void (*)parameters)next.function)arguments;                                   \
        if (next.is_noted && block != NULL) pageheap_recorder_resume();                 \
    }

#define PLAIN pageheap_recorder_allocated(block, bytes)
#define ALIGNED pageheap_recorder_allocated_aligned(block, bytes, alignment)

NEW(_Znwm, (size_t bytes), (bytes), PLAIN)
NEW(_Znam, (size_t bytes), (bytes), PLAIN)
NEW(_ZnwmRKSt9nothrow_t, (size_t bytes, const void *nothrow), (bytes, nothrow), PLAIN)
NEW(_ZnamRKSt9nothrow_t, (size_t bytes, const void *nothrow), (bytes, nothrow), PLAIN)
NEW(_ZnwmSt11align_val_t, (size_t bytes, size_t alignment), (bytes, alignment), ALIGNED)
NEW(_ZnamSt11align_val_t, (size_t bytes, size_t alignment), (bytes, alignment), ALIGNED)
NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t bytes, size_t alignment, const void *nothrow),
    (bytes, alignment, nothrow), ALIGNED)
NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t bytes, size_t alignment, const void *nothrow),
    (bytes, alignment, nothrow), ALIGNED)

DELETE(_ZdlPv, (void *block), (block))
DELETE(_ZdaPv, (void *block), (block))
DELETE(_ZdlPvm, (void *block, size_t bytes), (block, bytes))
DELETE(_ZdaPvm, (void *block, size_t bytes), (block, bytes))
DELETE(_ZdlPvRKSt9nothrow_t, (void *block, const void *nothrow), (block, nothrow))
DELETE(_ZdaPvRKSt9nothrow_t, (void *block, const void *nothrow), (block, nothrow))
DELETE(_ZdlPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))
DELETE(_ZdaPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))
DELETE(_ZdlPvmSt11align_val_t, (void *block, size_t bytes, size_t alignment), (block, bytes, alignment))
DELETE(_ZdaPvmSt11align_val_t, (void *block, size_t bytes, size_t alignment), (block, bytes, alignment))
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t alignment, const void *nothrow),
    (block, alignment, nothrow))
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t alignment, const void *nothrow),
    (block, alignment, nothrow))
