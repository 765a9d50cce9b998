// Checked builds tell a program that defines pageheap_observe what a thread does to memory that threads share: that it took the
// lock at an address, had to wait for it, released it, or wrote to that address without a lock. Benchmarks/Locks uses it.
#ifndef PAGEHEAP_OBSERVER_H
#define PAGEHEAP_OBSERVER_H

#include <stdint.h>

enum pageheap_event { PAGEHEAP_LOCK_TAKEN, PAGEHEAP_LOCK_WAITED_FOR, PAGEHEAP_LOCK_RELEASED, PAGEHEAP_SHARED_WRITE };

#ifdef __linux__
void pageheap_observe(const void *address, uint32_t rank, enum pageheap_event event) __attribute__((weak));

static inline void pageheap_tell_observer(const void *address, uint32_t rank, enum pageheap_event event) {
    if (pageheap_observe) pageheap_observe(address, rank, event);
}
#else
static inline void pageheap_tell_observer(const void *address, uint32_t rank, enum pageheap_event event) {
    (void)address, (void)rank, (void)event;
}
#endif

#endif
