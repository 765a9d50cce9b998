// Threads that write to small blocks of their own, where blocks of two threads may lie in one cache line. The work is the
// same for any number of threads; an operation is a block.
//   sharing thrash THREADS   each allocates, writes, frees: a line is shared only if the allocator hands it to two threads
//   sharing scratch THREADS  the same, but each first frees a block of the main thread's, which lay beside the others'
#include "workload.h"

enum { BLOCKS = 2000000, WRITES = 400, BYTES = 8 };
static long threads;
static void *handed[MOST_THREADS];
static pthread_barrier_t together;

static void *work(void *number) {
    pthread_barrier_wait(&together);
    free(handed[(uintptr_t)number - 1]);
    for (long i = 0; i < BLOCKS / threads; i++) {
        volatile char *block = malloc(BYTES);
        for (int j = 0; j < WRITES; j++) block[j % BYTES]++;
        free((void *)block);
    }
    return NULL;
}

int main(int count, char **arguments) {
    int scratch = count > 1 && strcmp(arguments[1], "scratch") == 0;
    threads = count > 2 && (scratch || strcmp(arguments[1], "thrash") == 0) ? thread_count(arguments[2]) : 0;
    if (threads == 0) return usage("sharing thrash|scratch THREADS, 1 to 1024");
    pthread_barrier_init(&together, NULL, threads);
    Instant start = now();
    for (long i = 0; scratch && i < threads; i++) handed[i] = malloc(BYTES);
    in_threads(threads, work);
    report(start, BLOCKS);
    return 0;
}
