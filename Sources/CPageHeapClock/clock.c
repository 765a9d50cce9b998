#include "CPageHeapClock.h"

uint64_t pageheap_clock_cycles(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}
