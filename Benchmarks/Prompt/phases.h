// Code that the workloads of this folder share: phases that they announce, blocks whose sizes are counted, and a steady pace.
//
// At the end of each phase a workload writes a line, its name and the live MiB if it counts them, and waits for a line. So
// the harness outside decides how long the program is silent, and reads its resident memory meanwhile. The first phase is
// `base`: the tables are touched, and the heap has not grown.
#pragma once
#include <math.h>
#include <unistd.h>

#include "../Throughput/workload.h"

// Writes a line without stdio's buffer, which would be a block of the heap that is measured.
static inline void announce(const char *phase, double live) { dprintf(1, "%s %.1f\n", phase, live / (1 << 20)); }

// The same, with the MiB of the pages that hold the live blocks.
static inline void announce_pages(const char *phase, double live, double pages) {
    dprintf(1, "%s %.1f %.1f\n", phase, live / (1 << 20), pages / (1 << 20));
}

static inline void wait_to_go_on(void) {
    char byte;
    do {
        if (read(0, &byte, 1) != 1) _exit(3);
    } while (byte != '\n');
}

static inline void phase(const char *name, double live) {
    announce(name, live);
    wait_to_go_on();
}

typedef struct {
    char *address;
    uint64_t size;
} Block;

// Sizes from `least` to `least` times two to the power of `doublings`; each doubling is as likely as any other.
static inline uint64_t log_uniform(uint64_t least, double doublings) {
    return least * exp2(doublings * below(1 << 20) / (1 << 20));
}

// Sizes as many servers have them: most are small, and most bytes are in the large ones. 16 bytes to 64 KiB, 866 bytes in the
// mean.
static inline uint64_t mixed_size(void) {
    long range = below(1000);
    return range < 800 ? log_uniform(16, 4) : range < 975 ? log_uniform(256, 4) : log_uniform(4096, 4);
}

// Makes a block, and writes all of it.
static inline Block new_block(uint64_t size) {
    Block block = {malloc(size), size};
    if (!block.address) abort();
    memset(block.address, 1, size);
    return block;
}

// Waits until the given number of steps of 10 ms have passed since the start. A program that is late does not wait, so the
// work stays the same.
static inline void pace(struct timespec start, long steps) {
    long after = start.tv_nsec + steps % 100 * 10000000;
    struct timespec then = {start.tv_sec + steps / 100 + after / 1000000000, after % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}
