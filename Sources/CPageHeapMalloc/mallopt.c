// Settings of glibc's malloc. It has arenas, a break and mapped blocks; this heap has none of them, so what is asked of them
// is kept anyway. What glibc does to find mistakes is not done here, and that is what the answer says.
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
