// exits: threads come and go, four at a time. Each thread allocates 50 blocks of 16 to 256 bytes, frees all but one, and
// leaves that one to the main thread. An operation is a thread.
#include "workload.h"

enum { THREADS = 20000, TOGETHER = 4, BLOCKS = 50 };

static void *work(void *number) {
    seed((uintptr_t)number);
    void *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) *(char *)(blocks[i] = malloc(small())) = 1;
    free_all(blocks + 1, BLOCKS - 1);
    return blocks[0];
}

int main(void) {
    Instant start = now();
    for (long first = 1; first <= THREADS; first += TOGETHER) {
        pthread_t started[TOGETHER];
        for (long i = 0; i < TOGETHER; i++) {
            if (pthread_create(&started[i], NULL, work, (void *)(first + i)) != 0) abort();
        }
        for (long i = 0; i < TOGETHER; i++) {
            void *left;
            pthread_join(started[i], &left);
            free(left);
        }
    }
    report(start, THREADS);
    return 0;
}
