// drop MODE: a heap that grows and loses most of its blocks at random.
//   drop    1 GiB of blocks of 16 bytes to 4 KiB, one in a thousand up to 256 KiB; nine in ten go, and the program is silent
//   busy    the same, but for 15 s after the drop it replaces 5,000 blocks per second at random
//   again   the same as drop, but then the heap grows to 1 GiB again, and all blocks go
//   small   275 MiB of blocks of 16 to 512 bytes; one in twenty stays, and then all go
#include "phases.h"

enum { MOST = 2000000, BUSY_STEPS = 1500, REPLACED_PER_STEP = 50 };
static Block blocks[MOST];
static long count;
static uint64_t live;

static uint64_t mixed_size(void) { return below(1000) == 0 ? log_uniform(16384, 4) : log_uniform(16, 8); }
static uint64_t small_size(void) { return 16 + below(497); }

static void grow(uint64_t goal, Size *size) {
    while (live < goal) {
        if (count == MOST) abort();
        blocks[count] = new_block(size());
        live += blocks[count++].size;
    }
}

// Frees blocks at random, and keeps each with a chance of one in `keeps_one_in`; 0 keeps none.
static void drop(long keeps_one_in) {
    long kept = 0;
    for (long i = 0; i < count; i++) {
        if (keeps_one_in && below(keeps_one_in) == 0) {
            blocks[kept++] = blocks[i];
        } else {
            live -= blocks[i].size;
            free(blocks[i].address);
        }
    }
    count = kept;
}

static void replace_steadily(Size *size) {
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long step = 1; step <= BUSY_STEPS; step++) {
        for (int i = 0; i < REPLACED_PER_STEP; i++) {
            Block *block = &blocks[below(count)];
            live -= block->size;
            free(block->address);
            *block = new_block(size());
            live += block->size;
        }
        pace(start, step);
    }
}

int main(int words, char **arguments) {
    const char *mode = words > 1 ? arguments[1] : "";
    int busy = !strcmp(mode, "busy"), again = !strcmp(mode, "again"), small = !strcmp(mode, "small");
    if (!busy && !again && !small && strcmp(mode, "drop")) return usage("drop drop|busy|again|small");
    Size *size = small ? small_size : mixed_size;
    uint64_t goal = (small ? 275ULL : 1024ULL) << 20;
    seed(1);
    memset(blocks, 1, sizeof blocks);
    phase("base", 0);
    grow(goal, size);
    phase("peak", live);
    drop(small ? 20 : 10);
    announce("dropped", live);
    if (busy) replace_steadily(size);
    wait_to_go_on();
    if (again) {
        grow(goal, size);
        phase("again", live);
    }
    if (again || small) {
        drop(0);
        phase("freed", live);
    }
    return 0;
}
