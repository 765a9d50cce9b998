// Fixed work on malloc and free; prints nanoseconds an operation pair. The loop itself is included.
//   pairs pair    malloc(16) and free at once
//   pairs lifo    1,000 blocks of 48 bytes, freed in reverse
//   pairs random  10,000 live blocks of 16 to 256 bytes, replaced at random
//   pairs mixed   2,000 live blocks of 16 bytes to 64 KiB, replaced at random
//   pairs fifo    1,000 live blocks of 16 to 256 bytes, the oldest replaced
//   pairs zeroed  calloc of 16 bytes to 64 KiB, freed at once
//   pairs handover  a thread allocates 64 to 512 bytes, another frees them
//   pairs exchange  two threads replace blocks of 16 to 1,024 bytes in one array, at random
//   pairs growing   a block grows by realloc from 1 to 32 MiB in steps of 1 MiB, each touched; a pair is a step
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Thread_local uint64_t state = 0x9E3779B97F4A7C15;

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

static long fifo(void) {
    void *blocks[1000] = {NULL};
    for (long i = 0; i < 10000000; i++) {
        free(blocks[i % 1000]);
        keep(blocks[i % 1000] = malloc(small()));
    }
    for (int i = 0; i < 1000; i++) free(blocks[i]);
    return 10000000;
}

static long zeroed(void) {
    for (long i = 0; i < 1000000; i++) {
        void *block = calloc(1, mixed());
        keep(block);
        free(block);
    }
    return 1000000;
}

enum { RING = 4096, HANDED = 5000000 };
static _Atomic(void *) ring[RING];

static void *consume(void *unused) {
    for (long i = 0; i < HANDED; i++) {
        void *block;
        while ((block = atomic_exchange_explicit(&ring[i % RING], NULL, memory_order_acquire)) == NULL) sched_yield();
        free(block);
    }
    return unused;
}

static long handover(void) {
    pthread_t consumer;
    pthread_create(&consumer, NULL, consume, NULL);
    for (long i = 0; i < HANDED; i++) {
        char *block = malloc(64 + below(449));
        *block = 1;
        while (atomic_load_explicit(&ring[i % RING], memory_order_relaxed) != NULL) sched_yield();
        atomic_store_explicit(&ring[i % RING], block, memory_order_release);
    }
    pthread_join(consumer, NULL);
    return HANDED;
}

enum { SHARED = 5000, EXCHANGED = 4000000 };
static _Atomic(void *) shared[SHARED];

static void *exchange_some(void *seed) {
    state ^= (uintptr_t)seed * 0xD1342543DE82EF95;
    for (long i = 0; i < EXCHANGED; i++) {
        char *block = malloc(16 + below(1009));
        *block = 1;
        free(atomic_exchange_explicit(&shared[below(SHARED)], block, memory_order_acq_rel));
    }
    return NULL;
}

static long exchange(void) {
    pthread_t other;
    pthread_create(&other, NULL, exchange_some, (void *)2);
    exchange_some((void *)1);
    pthread_join(other, NULL);
    for (int i = 0; i < SHARED; i++) free(shared[i]);
    return 2 * EXCHANGED;
}

static long growing(void) {
    for (int round = 0; round < 20; round++) {
        char *block = NULL;
        for (size_t size = 1; size <= 32; size++) {
            block = realloc(block, size << 20);
            memset(block + ((size - 1) << 20), 1, 1 << 20);
        }
        free(block);
    }
    return 20 * 32;
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    double start = now();
    long pairs = strcmp(name, "pair") == 0       ? pair()
                 : strcmp(name, "lifo") == 0     ? lifo()
                 : strcmp(name, "random") == 0   ? replace(10000, small, 10000000)
                 : strcmp(name, "mixed") == 0    ? replace(2000, mixed, 3000000)
                 : strcmp(name, "fifo") == 0     ? fifo()
                 : strcmp(name, "zeroed") == 0   ? zeroed()
                 : strcmp(name, "handover") == 0 ? handover()
                 : strcmp(name, "exchange") == 0 ? exchange()
                 : strcmp(name, "growing") == 0  ? growing()
                                                 : 0;
    if (pairs == 0) {
        fprintf(stderr, "usage: pairs pair|lifo|fifo|random|mixed|zeroed|handover|exchange|growing\n");
        return 64;
    }
    printf("%.3f\n", (now() - start) / pairs);
    return 0;
}
