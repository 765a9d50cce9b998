// Executed as a program, the library prints its version and how to use it, as the C library does.
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pageheap.h"

#if defined __x86_64__
#define LOADER "/lib64/ld-linux-x86-64.so.2"
// The kernel enters a program with another alignment of the stack than a function expects.
#define ENTRY __attribute__((noreturn, force_align_arg_pointer))
#elif defined __aarch64__
#define LOADER "/lib/ld-linux-aarch64.so.1"
#define ENTRY __attribute__((noreturn))
#endif

#ifdef LOADER
// The loader that the kernel starts, which then enters the library where the linker's option -e says.
__attribute__((section(".interp"), used, retain)) const char pageheap_loader[] = LOADER;

ENTRY void pageheap_executed(void) {
    static const char text[] = "PageHeap " PAGEHEAP_VERSION_STRING
                               ": a malloc that gives unused memory back to the system.\n"
                               "This is a library. Run a program on it with\n"
                               "    LD_PRELOAD=/path/to/libpageheapmalloc.so PROGRAM\n"
                               "or link the program with it.\n";
    syscall(SYS_write, STDOUT_FILENO, text, strlen(text));
    for (;;) syscall(SYS_exit_group, 0);
}
#endif
