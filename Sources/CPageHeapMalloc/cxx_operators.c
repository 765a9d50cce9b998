// C++'s operator new and delete. Those of the C++ library call malloc and free; exported here, they are a call shorter.
//
// A program may replace operators of its own. By the standard, the other forms then call the replaced one, so each form
// here first looks whether the plain operator is still this library's. If memory runs out, the C++ library's operator is
// called: it asks malloc once more, calls the program's new_handler, and throws std::bad_alloc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "CPageHeapMalloc.h"

void *pageheap_entry_malloc(size_t bytes);
void pageheap_entry_free(void *pointer);
void *pageheap_entry_aligned(size_t alignment, size_t bytes);

// The operators' names after the compiler's mangling: nw and na are new and new[], dl and da are delete and delete[]; m is
// a size, St11align_val_t an alignment, RKSt9nothrow_t means that null is returned instead of throwing. Weak, because
// otherwise the compiler takes these definitions for the only ones.
__attribute__((weak)) void *_Znwm(size_t bytes);
__attribute__((weak)) void _ZdlPv(void *pointer);
__attribute__((weak)) void *_ZnwmSt11align_val_t(size_t bytes, size_t alignment);
__attribute__((weak)) void _ZdlPvSt11align_val_t(void *pointer, size_t alignment);

// The plain operators as this library defines them, whatever others are called by their names.
#define OWN(name) extern __typeof__(name) name##_own __attribute__((alias(#name), visibility("hidden")))

#define UNLIKELY(condition) __builtin_expect(condition, 0)

// Finds the C++ library's operator. If that library was not loaded for all to see, it is a dependency of the caller's.
static void *next_operator(const char *name, const void *caller) {
    void *found = dlsym(RTLD_NEXT, name);
    Dl_info library;
    if (found == NULL && dladdr(caller, &library) != 0) {
        void *handle = dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
        if (handle != NULL) found = dlsym(handle, name);
    }
    return found;
}

// What a form does if there is no memory.
#define OUT_OF_MEMORY(name, arguments)                                                                     \
    do {                                                                                                   \
        __typeof__(&name) next = (__typeof__(&name))next_operator(#name, __builtin_return_address(0));     \
        if (next == NULL) out_of_memory();                                                                 \
        return next arguments;                                                                             \
    } while (0)

__attribute__((noreturn)) static void out_of_memory(void) {
    static const char text[] = "pageheap: out of memory in operator new, and no C++ library was found that could throw\n";
    pageheap_write(STDERR_FILENO, text, sizeof text - 1);
    pageheap_abort();
}

// ---- Plain ------------------------------------------------------------------------------------------------------------

void *_Znwm(size_t bytes) {
    void *block = pageheap_entry_malloc(bytes);
    if (UNLIKELY(block == NULL)) OUT_OF_MEMORY(_Znwm, (bytes));
    return block;
}
OWN(_Znwm);

void _ZdlPv(void *pointer) { pageheap_entry_free(pointer); }
OWN(_ZdlPv);

static bool is_new_replaced(void) { return &_Znwm != &_Znwm_own; }
static bool is_delete_replaced(void) { return &_ZdlPv != &_ZdlPv_own; }

// ---- Forms that by default are the plain ones ----------------------------------------------------------------------------

void *_Znam(size_t bytes) {
    void *block = UNLIKELY(is_new_replaced()) ? NULL : pageheap_entry_malloc(bytes);
    if (UNLIKELY(block == NULL)) return _Znwm(bytes);
    return block;
}

// The C++ library's own forms catch what a replaced operator throws.
#define NEW_WITHOUT_THROWING(name)                                                     \
    void *name(size_t bytes, const void *nothrow) {                                    \
        void *block = UNLIKELY(is_new_replaced()) ? NULL : pageheap_entry_malloc(bytes); \
        if (UNLIKELY(block == NULL)) OUT_OF_MEMORY(name, (bytes, nothrow));              \
        return block;                                                                  \
    }
NEW_WITHOUT_THROWING(_ZnwmRKSt9nothrow_t)
NEW_WITHOUT_THROWING(_ZnamRKSt9nothrow_t)

#define DELETE(name, ...)                                                       \
    void name(void *pointer __VA_OPT__(, ) __VA_ARGS__) {                       \
        if (UNLIKELY(is_delete_replaced())) return _ZdlPv(pointer);             \
        pageheap_entry_free(pointer);                                           \
    }
DELETE(_ZdaPv)
DELETE(_ZdlPvm, size_t bytes)
DELETE(_ZdaPvm, size_t bytes)
DELETE(_ZdlPvRKSt9nothrow_t, const void *nothrow)
DELETE(_ZdaPvRKSt9nothrow_t, const void *nothrow)

// ---- With an alignment ------------------------------------------------------------------------------------------------

void *_ZnwmSt11align_val_t(size_t bytes, size_t alignment) {
    void *block = pageheap_entry_aligned(alignment, bytes);
    if (UNLIKELY(block == NULL)) OUT_OF_MEMORY(_ZnwmSt11align_val_t, (bytes, alignment));
    return block;
}
OWN(_ZnwmSt11align_val_t);

void _ZdlPvSt11align_val_t(void *pointer, size_t alignment) {
    (void)alignment;
    pageheap_entry_free(pointer);
}
OWN(_ZdlPvSt11align_val_t);

static bool is_aligned_new_replaced(void) { return &_ZnwmSt11align_val_t != &_ZnwmSt11align_val_t_own; }
static bool is_aligned_delete_replaced(void) { return &_ZdlPvSt11align_val_t != &_ZdlPvSt11align_val_t_own; }

void *_ZnamSt11align_val_t(size_t bytes, size_t alignment) {
    void *block = UNLIKELY(is_aligned_new_replaced()) ? NULL : pageheap_entry_aligned(alignment, bytes);
    if (UNLIKELY(block == NULL)) return _ZnwmSt11align_val_t(bytes, alignment);
    return block;
}

#define ALIGNED_NEW_WITHOUT_THROWING(name)                                                               \
    void *name(size_t bytes, size_t alignment, const void *nothrow) {                                    \
        void *block = UNLIKELY(is_aligned_new_replaced()) ? NULL : pageheap_entry_aligned(alignment, bytes); \
        if (UNLIKELY(block == NULL)) OUT_OF_MEMORY(name, (bytes, alignment, nothrow));                     \
        return block;                                                                                    \
    }
ALIGNED_NEW_WITHOUT_THROWING(_ZnwmSt11align_val_tRKSt9nothrow_t)
ALIGNED_NEW_WITHOUT_THROWING(_ZnamSt11align_val_tRKSt9nothrow_t)

#define ALIGNED_DELETE(name, ...)                                                                        \
    void name(void *pointer, __VA_ARGS__) {                                                              \
        if (UNLIKELY(is_aligned_delete_replaced())) return _ZdlPvSt11align_val_t(pointer, alignment);     \
        pageheap_entry_free(pointer);                                                                    \
    }
ALIGNED_DELETE(_ZdaPvSt11align_val_t, size_t alignment)
ALIGNED_DELETE(_ZdlPvmSt11align_val_t, size_t bytes, size_t alignment)
ALIGNED_DELETE(_ZdaPvmSt11align_val_t, size_t bytes, size_t alignment)
ALIGNED_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, size_t alignment, const void *nothrow)
ALIGNED_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, size_t alignment, const void *nothrow)
