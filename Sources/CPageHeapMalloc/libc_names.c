// glibc's internal names of its malloc functions, which old libraries and some programs call. Their blocks are freed with
// free, and blocks of malloc with __libc_free, so they must belong to the same malloc.
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

void *__libc_malloc(size_t bytes) { return malloc(bytes); }
void __libc_free(void *pointer) { free(pointer); }
void *__libc_calloc(size_t count, size_t size) { return calloc(count, size); }
void *__libc_realloc(void *pointer, size_t bytes) { return realloc(pointer, bytes); }
void *__libc_memalign(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }
void *__libc_valloc(size_t bytes) { return valloc(bytes); }
void *__libc_pvalloc(size_t bytes) { return pvalloc(bytes); }
void cfree(void *pointer) { free(pointer); }
