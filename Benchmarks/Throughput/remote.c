// remote WORKLOAD THREADS: blocks are freed by another thread than the one that allocated them.
//   remote  each thread has up to 1,000 blocks, and turns from growing (25 bytes to 16 KiB, all sizes equally likely) to replacing at
//           random (each doubling of the size equally likely) to shrinking. A third of what it gives up it passes on to another
//           thread, in batches of 32; all threads wait for each other, and free what came. An operation is a block. The work in all is the same for any count of threads
//   leaky   threads end and are started anew. Each allocates 1,000 blocks of 16 bytes to 1 KiB, frees half of them, and leaves the
//           rest to the main thread, which keeps them while seven more sets of threads come and go. An operation is a block
#include <stdatomic.h>

#include "workload.h"

enum { HELD = 1000, OPERATIONS = 3000000, BATCH = 32, REPLACED = 2000 };

// A block that is passed on: its size, as in each stamped block, and the next block of the batch or of the mailbox.
typedef struct Block {
    uint32_t size;
    struct Block *next;
} Block;

static _Atomic(Block *) mailboxes[MOST_THREADS];
static long threads;
static pthread_barrier_t together;

static void release(Block *first) {
    for (Block *next; first; first = next) {
        next = first->next;
        free_stamped(first);
    }
}

// Blocks that will be passed on together.
typedef struct {
    long count;
    Block *first, *last;
} Outgoing;

static void pass_on(Outgoing *outgoing, long receiver) {
    if (outgoing->count == 0) return;
    Block *before = atomic_load_explicit(&mailboxes[receiver], memory_order_relaxed);
    do outgoing->last->next = before;
    while (!atomic_compare_exchange_weak_explicit(
        &mailboxes[receiver], &before, outgoing->first, memory_order_release, memory_order_relaxed));
    *outgoing = (Outgoing){0};
}

static void give_up(Block *block, Outgoing *outgoing, long self) {
    if (threads == 1 || below(3) != 0) {
        free_stamped(block);
        return;
    }
    block->next = outgoing->first;
    outgoing->first = block;
    if (outgoing->count++ == 0) outgoing->last = block;
    if (outgoing->count == BATCH) pass_on(outgoing, (self + 1 + below(threads - 1)) % threads);
}

// At least 25 bytes, so that the stamp at the end is not in the pointer to the next.
static size_t linear(void) { return 25 + below(16 << 10); }
static size_t doubling(void) { return (32ULL << below(9)) + below(32); }

static void *exchange(void *number) {
    long self = (uintptr_t)number - 1, held = 0, left = OPERATIONS / threads;
    seed(self + 1);
    Outgoing outgoing = {0};
    Block *blocks[HELD];
    while (left > 0) {
        for (; held < HELD && left > 0; left--) blocks[held++] = stamped(linear());
        for (int i = 0; i < REPLACED && left > 0; i++, left--) {
            Block **place = &blocks[below(held)];
            give_up(*place, &outgoing, self);
            *place = stamped(doubling());
        }
        while (held > HELD / 4) {
            long place = below(held);
            give_up(blocks[place], &outgoing, self);
            blocks[place] = blocks[--held];
        }
        pthread_barrier_wait(&together);
        release(atomic_exchange_explicit(&mailboxes[self], NULL, memory_order_acquire));
    }
    while (held > 0) free_stamped(blocks[--held]);
    pass_on(&outgoing, (self + 1) % threads);
    return NULL;
}

static double remote(long count) {
    threads = count;
    pthread_barrier_init(&together, NULL, threads);
    in_threads(threads, exchange);
    for (long i = 0; i < threads; i++) release(mailboxes[i]);
    return threads * (OPERATIONS / threads);
}

enum { SETS = 3200, LEAKED = 1000, KEPT = 8 };

static void *leave(void *number) {
    seed((uintptr_t)number);
    Block *blocks[LEAKED], *left = NULL;
    for (int i = 0; i < LEAKED; i++) blocks[i] = stamped(25 + below(1000));
    for (int i = 0; i < LEAKED; i++) {
        if (below(2)) {
            free_stamped(blocks[i]);
        } else {
            blocks[i]->next = left;
            left = blocks[i];
        }
    }
    return left;
}

static double leaky(long count) {
    Block *left[KEPT][MOST_THREADS] = {{NULL}};
    pthread_t started[MOST_THREADS];
    long sets = SETS / count;
    for (long set = 0; set < sets + KEPT; set++) {
        for (long i = 0; i < count; i++) release(left[set % KEPT][i]);
        if (set >= sets) continue;
        for (long i = 0; i < count; i++)
            if (pthread_create(&started[i], NULL, leave, (void *)(set * count + i + 1)) != 0) abort();
        for (long i = 0; i < count; i++) pthread_join(started[i], (void **)&left[set % KEPT][i]);
    }
    return (double)sets * count * LEAKED;
}

int main(int count, char **arguments) {
    static const Workload workloads[] = {{"remote", remote}, {"leaky", leaky}, {NULL, NULL}};
    return run(workloads, count, arguments, "remote remote|leaky THREADS, 1 to 1024");
}
