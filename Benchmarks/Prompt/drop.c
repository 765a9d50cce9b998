// drop MODE: a heap that grows and loses most of its blocks at random.
//   drop    1 GiB of blocks of 16 bytes to 64 KiB, 866 bytes in the mean; nine in ten go, and the program is silent
//   busy    the same, but for 15 s after the drop it replaces 5,000 blocks per second at random
//   again   the same as drop, but then the heap grows to 1 GiB again, and all blocks go
//   small   150,000 blocks of 512 bytes, 100,000 of 1 KiB and 50,000 of 2 KiB; every twentieth stays, and then all go
// After a drop it also says how many MiB of pages of 4 KiB hold a block that stays: less cannot be resident.
#include "phases.h"

enum { MOST = 2000000, SEEN_BITS = 20, SEEN = 1 << SEEN_BITS, BUSY_STEPS = 1500, REPLACED_PER_STEP = 50 };
static Block blocks[MOST];
static long count;
static uint64_t live;
// The page numbers that bytes_of_pages has seen, by their hashes.
static uint64_t seen[SEEN];

static void make(uint64_t size) {
    if (count == MOST) abort();
    blocks[count] = new_block(size);
    live += blocks[count++].size;
}

static void grow(void) {
    while (live < 1024ULL << 20) make(mixed_size());
}

static void grow_small(void) {
    for (int i = 0; i < 300000; i++) make(i < 150000 ? 512 : i < 250000 ? 1024 : 2048);
}

// Returns the bytes of all pages of 4 KiB that hold a block.
static uint64_t bytes_of_pages(void) {
    uint64_t pages = 0;
    memset(seen, 0, sizeof seen);
    for (long i = 0; i < count; i++) {
        uint64_t address = (uint64_t)blocks[i].address;
        for (uint64_t page = address >> 12; page <= (address + blocks[i].size - 1) >> 12; page++) {
            uint64_t place = page * 0x9e3779b97f4a7c15 >> (64 - SEEN_BITS);
            while (seen[place] && seen[place] != page) place = (place + 1) % SEEN;
            pages += !seen[place];
            seen[place] = page;
        }
    }
    return pages << 12;
}

// Frees all blocks if `keeps_one_in` is 0. Otherwise one in that many stays, chosen at random or by its position.
static void drop(long keeps_one_in, int at_random) {
    long kept = 0;
    for (long i = 0; i < count; i++) {
        if (keeps_one_in && (at_random ? below(keeps_one_in) : i % keeps_one_in) == 0) {
            blocks[kept++] = blocks[i];
        } else {
            live -= blocks[i].size;
            free(blocks[i].address);
        }
    }
    count = kept;
}

static void replace_steadily(void) {
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long step = 1; step <= BUSY_STEPS; step++) {
        for (int i = 0; i < REPLACED_PER_STEP; i++) {
            Block *block = &blocks[below(count)];
            live -= block->size;
            free(block->address);
            *block = new_block(mixed_size());
            live += block->size;
        }
        pace(start, step);
    }
}

int main(int words, char **arguments) {
    const char *mode = words > 1 ? arguments[1] : "";
    int busy = !strcmp(mode, "busy"), again = !strcmp(mode, "again"), small = !strcmp(mode, "small");
    if (!busy && !again && !small && strcmp(mode, "drop")) return usage("drop drop|busy|again|small");
    seed(1);
    memset(blocks, 1, sizeof blocks);
    memset(seen, 1, sizeof seen);
    phase("base", 0);
    small ? grow_small() : grow();
    phase("peak", live);
    small ? drop(20, 0) : drop(10, 1);
    announce_pages("dropped", live, bytes_of_pages());
    if (busy) replace_steadily();
    wait_to_go_on();
    if (again) {
        grow();
        phase("again", live);
    }
    if (again || small) {
        drop(0, 0);
        phase("freed", live);
    }
    return 0;
}
