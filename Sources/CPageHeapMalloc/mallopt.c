// glibc's mallopt. Settings of what this heap does not have (fast bins, arenas, the program break, mapped blocks) are
// accepted without effect, and so is M_CHECK_ACTION, which has no effect in current glibc either. All others, such as
// M_PERTURB, are refused, because the heap does not do what they ask for.
#include <malloc.h>

int mallopt(int parameter, int value) {
    (void)value;
    switch (parameter) {
    case M_MXFAST:
    case M_TRIM_THRESHOLD:
    case M_TOP_PAD:
    case M_MMAP_THRESHOLD:
    case M_MMAP_MAX:
    case M_CHECK_ACTION:
    case M_ARENA_TEST:
    case M_ARENA_MAX:
        return 1;
    default:
        return 0;
    }
}
