// patterns WORKLOAD [THREADS]: one pattern of allocating each. The work in all is the same for any count of threads.
//   simple   25 to 1,600 blocks of one size, 16 bytes to 4 KiB; the first half is freed in order, the rest in reverse. The memory is
//            not written. A block above them stays, so that glibc does not return the memory each time. An operation is a block, as
//            it is below
//   varied   each thread replaces 1,024 blocks at random, of 8 bytes to 4 KiB: four times the size is half as likely. Sizes and
//            places are from a list that was made before
//   slots    200,000 slots, shared out between the threads; one at random is filled if it is empty, or emptied. Three of four times
//            it is one of a sixteenth of them. Each doubling of the size, 8 bytes to 1 KiB, is half as likely; all bytes are written
//   batches  many blocks of a size that changes with each batch, 8 to 1,000 bytes; they are freed in order, in reverse, or every
//            second one first. Every fifth batch stays while others come and go. With several threads, a quarter of each batch is
//            freed by the next thread
#include <stdatomic.h>

#include "workload.h"

static long threads;

enum { ROUNDS = 1200, MOST_BLOCKS = 1600 };

static void in_order_and_reverse(size_t size, int count) {
    static void *blocks[MOST_BLOCKS];
    for (int i = 0; i < count; i++) keep(blocks[i] = malloc(size));
    for (int i = 0; i < count / 2; i++) free(blocks[i]);
    for (int i = count - 1; i >= count / 2; i--) free(blocks[i]);
}

static double simple(long unused) {
    (void)unused;
    double blocks = 0;
    void *first[MOST_BLOCKS];
    for (int i = 0; i < MOST_BLOCKS; i++) first[i] = malloc(4096);
    void *above = malloc(64);
    keep(above);
    free_all(first, MOST_BLOCKS);
    for (size_t size = 16; size <= 4096; size *= 2) {
        for (int count = 25; count <= MOST_BLOCKS; count *= 4) {
            int rounds = ROUNDS * 400 / count;
            for (int i = 0; i < rounds; i++) in_order_and_reverse(size, count);
            blocks += (double)rounds * count;
        }
    }
    free(above);
    return blocks;
}

enum { VARIED = 12000000, LISTED = 8192, HELD = 1024 };
static struct {
    uint16_t size, place;
} list[LISTED];

static void *vary(void *number) {
    void *blocks[HELD] = {NULL};
    size_t next = (uintptr_t)number * 251;
    for (long i = 0; i < VARIED / threads; i++, next++) {
        void **block = &blocks[list[next % LISTED].place];
        free_stamped(*block);
        *block = stamped(list[next % LISTED].size);
    }
    for (int i = 0; i < HELD; i++) free_stamped(blocks[i]);
    return NULL;
}

static double varied(long count) {
    threads = count;
    for (int i = 0; i < LISTED; i++) {
        uint64_t share = 1 + below(1024), size = (8ULL << 20) / (share * share);
        list[i].size = size < 4096 ? size : 4096;
        list[i].place = below(HELD);
    }
    in_threads(threads, vary);
    return threads * (VARIED / threads);
}

enum { SLOTS = 200000, TOGGLES = 8000000 };

static void *toggle(void *number) {
    seed((uintptr_t)number);
    long count = SLOTS / threads;
    void **slots = calloc(count, sizeof *slots);
    for (long i = 0; i < TOGGLES / threads; i++) {
        void **slot = &slots[below(below(4) ? count / 16 : count)];
        if (*slot) {
            free_stamped(*slot);
            *slot = NULL;
        } else {
            uint64_t base = 8ULL << __builtin_ctzll(below(64) | 64), size = base + below(base);
            *slot = stamped(size);
            memset((char *)*slot + 4, size, size - 4);
        }
    }
    for (long i = 0; i < count; i++) free_stamped(slots[i]);
    free(slots);
    return NULL;
}

// An operation is a toggle: half of them allocate.
static double slots(long count) {
    threads = count;
    in_threads(threads, toggle);
    return threads * (TOGGLES / threads);
}

enum { BATCHES = 7000, BATCH = 1000, STAYING = 8 };

typedef struct {
    long count;
    void *blocks[BATCH];
} Batch;

static _Atomic(Batch *) passed[MOST_THREADS];

static void release(Batch *batch, long kind) {
    if (batch == NULL) return;
    for (long i = 0, last = batch->count - 1; i <= last; i++) {
        long place = kind == 0 ? i : kind == 1 ? last - i : 2 * i <= last ? 2 * i : 2 * (i - last / 2) - 1;
        free_stamped(batch->blocks[place]);
    }
    free(batch);
}

static Batch *filled(size_t size, long count) {
    Batch *batch = malloc(sizeof *batch);
    batch->count = count;
    for (long i = 0; i < count; i++) batch->blocks[i] = stamped(size);
    return batch;
}

static void *batch_by_batch(void *number) {
    long thread = (uintptr_t)number - 1;
    Batch *staying[STAYING] = {NULL};
    for (long i = 0; i < BATCHES / threads; i++) {
        size_t size = 8 + (i * 37 + thread * 11) % 993;
        if (threads > 1) {
            release(atomic_exchange(&passed[(thread + 1) % threads], filled(size, BATCH / 4)), i % 3);
            release(atomic_exchange(&passed[thread], NULL), i % 3);
        }
        Batch *batch = filled(size, threads > 1 ? BATCH - BATCH / 4 : BATCH);
        Batch **place = &staying[i / 5 % STAYING];
        if (i % 5 == 0) {
            release(*place, i / 5 % 3);
            *place = batch;
        } else {
            release(batch, i % 3);
        }
    }
    for (int i = 0; i < STAYING; i++) release(staying[i], 0);
    return NULL;
}

static double batches(long count) {
    threads = count;
    in_threads(threads, batch_by_batch);
    for (long i = 0; i < threads; i++) release(passed[i], 0);
    return (double)threads * (BATCHES / threads) * BATCH;
}

int main(int count, char **arguments) {
    static const Workload workloads[] = {
        {"simple", simple}, {"varied", varied}, {"slots", slots}, {"batches", batches}, {NULL, NULL}};
    return run(workloads, count, arguments, "patterns simple|varied|slots|batches [THREADS, 1 to 1024]");
}
