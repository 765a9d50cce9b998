// stress THREADS: a mixture. Each thread keeps up to 2,000 blocks of 16 bytes to 64 KiB, mostly small ones. It allocates and
// frees in bursts, in order and out of order, and now and then swaps a block with a slot that all threads share. An operation
// is a block.
#include <stdatomic.h>

#include "workload.h"

enum { OPERATIONS = 4000000, LIVE = 2000, SLOTS = 1000 };
static long threads;
static _Atomic(void *) slots[SLOTS];

static void *allocated(void) {
    size_t size = skewed();
    char *block = malloc(size);
    block[0] = block[size - 1] = 1;
    return block;
}

static void *work(void *number) {
    seed((uintptr_t)number);
    void **blocks = calloc(LIVE, sizeof *blocks);
    long held = 0, left = OPERATIONS / threads;
    while (left > 0) {
        long burst = 1 + below(200);
        for (long i = 0; i < burst && held < LIVE && left > 0; i++, left--) {
            blocks[held++] = allocated();
            if (below(4) == 0) {
                void **place = &blocks[below(held)];
                *place = atomic_exchange_explicit(&slots[below(SLOTS)], *place, memory_order_acq_rel);
            }
        }
        burst = 1 + below(200);
        for (long i = 0; i < burst && held > 0; i++) {
            // Half of the bursts free the youngest first, half at random.
            long place = burst % 2 == 0 ? held - 1 : (long)below(held);
            free(blocks[place]);
            blocks[place] = blocks[--held];
        }
    }
    free_all(blocks, held);
    free(blocks);
    return NULL;
}

int main(int count, char **arguments) {
    threads = count > 1 ? thread_count(arguments[1]) : 0;
    if (threads == 0) return usage("stress THREADS, 1 to 1024");
    Instant start = now();
    in_threads(threads, work);
    for (int i = 0; i < SLOTS; i++) free(slots[i]);
    report(start, OPERATIONS);
    return 0;
}
