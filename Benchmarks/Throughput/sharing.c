// sharing WORKLOAD THREADS: threads write to small blocks of their own. The allocator may put blocks of two threads into one
// cache line. The work in all is the same for any count of threads; an operation is a block.
//   thrash   each thread allocates, writes, frees: a line is shared only if the allocator hands it out to two threads
//   scratch  the same, but each thread first frees a block of the main thread, which lay beside those for the other threads
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
