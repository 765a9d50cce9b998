// Fixed work on malloc and free in one thread; prints nanoseconds an operation pair. The loop itself is included.
//   pairs pair    malloc(16) and free at once
//   pairs lifo    1,000 blocks of 48 bytes, freed in reverse
//   pairs random  10,000 live blocks of 16 to 256 bytes, replaced at random
//   pairs mixed   2,000 live blocks of 16 bytes to 64 KiB, replaced at random
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 0x9E3779B97F4A7C15;

static uint64_t below(uint64_t limit) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return ((state * 0x2545F4914F6CDD1D) >> 11) % limit;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static void keep(void *pointer) { __asm__ volatile("" : : "r"(pointer) : "memory"); }

static long pair(void) {
    for (long i = 0; i < 20000000; i++) {
        void *block = malloc(16);
        keep(block);
        free(block);
    }
    return 20000000;
}

static long lifo(void) {
    static void *blocks[1000];
    for (int round = 0; round < 20000; round++) {
        for (int i = 0; i < 1000; i++) keep(blocks[i] = malloc(48));
        for (int i = 999; i >= 0; i--) free(blocks[i]);
    }
    return 20000000;
}

static long replace(int live, uint64_t (*size)(void), long operations) {
    void **blocks = calloc(live, sizeof *blocks);
    for (long i = 0; i < operations; i++) {
        int place = below(live);
        free(blocks[place]);
        char *block = malloc(size());
        *block = 1;
        blocks[place] = block;
    }
    for (int i = 0; i < live; i++) free(blocks[i]);
    free(blocks);
    return operations;
}

static uint64_t small(void) { return 16 + below(241); }
// Each doubling from 16 bytes to 64 KiB as likely as the next.
static uint64_t mixed(void) { return (16ULL << below(12)) + below(16ULL << below(12)); }

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    double start = now();
    long pairs = strcmp(name, "pair") == 0     ? pair()
                 : strcmp(name, "lifo") == 0   ? lifo()
                 : strcmp(name, "random") == 0 ? replace(10000, small, 10000000)
                 : strcmp(name, "mixed") == 0  ? replace(2000, mixed, 3000000)
                                               : 0;
    if (pairs == 0) {
        fprintf(stderr, "usage: pairs pair|lifo|random|mixed\n");
        return 64;
    }
    printf("%.3f\n", (now() - start) / pairs);
    return 0;
}
