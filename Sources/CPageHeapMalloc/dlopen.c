// dlopen without RTLD_DEEPBIND. A library loaded with that flag finds libc's malloc before ours, so a block that it
// allocates and the program frees, or the other way round, would reach the wrong malloc and crash. (PHP loads all its
// extensions this way.) By preloading or linking this library the program asked for one malloc, so the flag is removed.
#define _GNU_SOURCE
#include <dlfcn.h>

typedef void *(*open_function)(const char *, int);

void *dlopen(const char *file, int mode) {
    static open_function next;
    open_function open = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (open == 0) {
        open = (open_function)dlsym(RTLD_NEXT, "dlopen");
        __atomic_store_n(&next, open, __ATOMIC_RELAXED);
    }
    // A jump, not a call: libc derives the library search path from the address of its caller.
    __attribute__((musttail)) return open(file, mode & ~RTLD_DEEPBIND);
}
