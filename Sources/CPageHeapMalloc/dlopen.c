// A library that is loaded with RTLD_DEEPBIND finds libc's malloc before ours, and whatever it frees of the program's, or
// the program of its, would meet the wrong one: a crash. (PHP loads all its extensions so.) The program asked for one
// malloc by preloading or linking this library; so it gets it.
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
    // A jump, not a call: libc looks at who called, to know where that one's libraries lie.
    __attribute__((musttail)) return open(file, mode & ~RTLD_DEEPBIND);
}
