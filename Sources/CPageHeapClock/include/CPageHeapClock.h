// The processor's time-stamp counter, which the recorder takes times from.
#ifndef CPAGEHEAPCLOCK_H
#define CPAGEHEAPCLOCK_H

#include <stdint.h>

// Returns the count of cycles; 0 on processors without such a counter.
uint64_t pageheap_clock_cycles(void);

#endif
