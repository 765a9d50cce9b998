// malloc and free in pairs, mostly in one thread: pairs WORKLOAD [PAIRS]
//   pair      malloc(16) and free at once
//   pair1000  malloc(1000) and free at once
//   lifo64    64 blocks of 48 bytes, freed in reverse
//   lifo      1,000 blocks of 48 bytes, freed in reverse
//   lifo1k    1,000 blocks of 64 bytes, freed in reverse
//   random    10,000 live blocks of 16 to 256 bytes, replaced at random
//   skewed    2,000 live blocks of 16 bytes to 64 KiB, small ones more often, replaced at random
//   mixed     the same, but each doubling of the size is equally often
//   fifo      1,000 live blocks of 16 to 256 bytes, the oldest replaced
//   random1k  1,000 live blocks of 16 to 1,024 bytes, replaced at random
//   fifo1k    the same, the oldest replaced
//   middle    2,000 live blocks of 4 to 64 KiB, each doubling equally often, replaced at random
//   zeroed    calloc of 16 bytes to 64 KiB, freed at once
//   handover  a thread allocates 64 to 512 bytes, another frees them
//   exchange  two threads replace blocks of 16 to 1,024 bytes in one array, at random
//   growing   a block grows by realloc from 1 to 32 MiB in steps of 1 MiB, each touched; a pair is a step
#include <sched.h>
#include <stdatomic.h>

#include "workload.h"

static long pairs;

static inline void at_once(size_t size) {
    for (long i = 0; i < pairs; i++) {
        void *block = malloc(size);
        keep(block);
        free(block);
    }
}

static void pair(void) { at_once(16); }
static void pair1000(void) { at_once(1000); }

static inline void last_in_first_out(int live, size_t size) {
    static void *blocks[1000];
    for (long round = 0; round < pairs / live; round++) {
        for (int i = 0; i < live; i++) keep(blocks[i] = malloc(size));
        for (int i = live - 1; i >= 0; i--) free(blocks[i]);
    }
}

static void lifo64(void) { last_in_first_out(64, 48); }
static void lifo(void) { last_in_first_out(1000, 48); }
static void lifo1k(void) { last_in_first_out(1000, 64); }

static void replace_among(long live, Size *size) {
    void **blocks = calloc(live, sizeof *blocks);
    replace(blocks, live, size, pairs);
    free_all(blocks, live);
    free(blocks);
}

// Each doubling from 16 bytes to 64 KiB is equally likely.
static uint64_t mixed_size(void) { return (16ULL << below(12)) + below(16ULL << below(12)); }

static void random_sizes(void) { replace_among(10000, small); }
static void skewed_sizes(void) { replace_among(2000, skewed); }
static void mixed(void) { replace_among(2000, mixed_size); }

// Up to 1 KiB, all sizes equally likely; and each doubling from 4 to 64 KiB.
static uint64_t to_1_kib(void) { return 16 + below(1009); }
static uint64_t middle_size(void) { return (4096ULL << below(4)) + below(4096); }

static void random1k(void) { replace_among(1000, to_1_kib); }
static void middle(void) { replace_among(2000, middle_size); }

static inline void first_in_first_out(Size *size) {
    void *blocks[1000] = {NULL};
    for (long i = 0; i < pairs; i++) {
        free(blocks[i % 1000]);
        keep(blocks[i % 1000] = malloc(size()));
    }
    free_all(blocks, 1000);
}

static void fifo(void) { first_in_first_out(small); }
static void fifo1k(void) { first_in_first_out(to_1_kib); }

static void zeroed(void) {
    for (long i = 0; i < pairs; i++) {
        void *block = calloc(1, mixed_size());
        keep(block);
        free(block);
    }
}

enum { RING = 4096 };
static _Atomic(void *) ring[RING];

static void *consume(void *unused) {
    for (long i = 0; i < pairs; i++) {
        void *block;
        while ((block = atomic_exchange_explicit(&ring[i % RING], NULL, memory_order_acquire)) == NULL) sched_yield();
        free(block);
    }
    return unused;
}

static void handover(void) {
    pthread_t consumer;
    pthread_create(&consumer, NULL, consume, NULL);
    for (long i = 0; i < pairs; i++) {
        char *block = malloc(64 + below(449));
        *block = 1;
        while (atomic_load_explicit(&ring[i % RING], memory_order_relaxed) != NULL) sched_yield();
        atomic_store_explicit(&ring[i % RING], block, memory_order_release);
    }
    pthread_join(consumer, NULL);
}

enum { SHARED = 5000 };
static _Atomic(void *) shared[SHARED];

static void *exchange_some(void *number) {
    seed((uintptr_t)number);
    for (long i = 0; i < pairs / 2; i++) {
        char *block = malloc(16 + below(1009));
        *block = 1;
        free(atomic_exchange_explicit(&shared[below(SHARED)], block, memory_order_acq_rel));
    }
    return NULL;
}

static void exchange(void) {
    pthread_t other;
    pthread_create(&other, NULL, exchange_some, (void *)2);
    exchange_some((void *)1);
    pthread_join(other, NULL);
    for (int i = 0; i < SHARED; i++) free(shared[i]);
}

static void growing(void) {
    for (long round = 0; round < pairs / 32; round++) {
        char *block = NULL;
        for (size_t size = 1; size <= 32; size++) {
            block = realloc(block, size << 20);
            memset(block + ((size - 1) << 20), 1, 1 << 20);
        }
        free(block);
    }
}

static const struct {
    const char *name;
    void (*work)(void);
    long pairs;
} workloads[] = {
    {"pair", pair, 20000000},           {"lifo64", lifo64, 19200000},     {"lifo", lifo, 20000000},
    {"random", random_sizes, 10000000}, {"skewed", skewed_sizes, 5000000}, {"mixed", mixed, 3000000},
    {"fifo", fifo, 10000000},           {"zeroed", zeroed, 1000000},      {"handover", handover, 5000000},
    {"exchange", exchange, 8000000},    {"growing", growing, 640},        {"pair1000", pair1000, 20000000},
    {"lifo1k", lifo1k, 20000000},       {"random1k", random1k, 10000000}, {"fifo1k", fifo1k, 10000000},
    {"middle", middle, 3000000}};

int main(int count, char **arguments) {
    for (size_t i = 0; count > 1 && i < sizeof workloads / sizeof *workloads; i++) {
        if (strcmp(arguments[1], workloads[i].name) != 0) continue;
        pairs = count > 2 ? atol(arguments[2]) : workloads[i].pairs;
        Instant start = now();
        workloads[i].work();
        report(start, pairs);
        return 0;
    }
    return usage("pairs pair|pair1000|lifo64|lifo|lifo1k|random|random1k|skewed|mixed|middle|fifo|fifo1k|zeroed|handover|exchange|growing [PAIRS]");
}
