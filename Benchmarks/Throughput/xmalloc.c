// xmalloc COUNT: COUNT threads allocate blocks of 16 to 512 bytes, and COUNT other threads free them. The blocks pass through
// one queue, in batches of 100.
#include "workload.h"

enum { BATCHES = 60000, BLOCKS = 100, QUEUE = 128 };

typedef struct {
    void *blocks[BLOCKS];
} Batch;

static Batch *queue[QUEUE];
static long threads, put, taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_room = PTHREAD_COND_INITIALIZER, has_batch = PTHREAD_COND_INITIALIZER;

static void allocate(void) {
    for (long i = 0; i < BATCHES / threads; i++) {
        Batch *batch = malloc(sizeof *batch);
        for (int j = 0; j < BLOCKS; j++) *(char *)(batch->blocks[j] = malloc(16 + below(497))) = 1;
        pthread_mutex_lock(&lock);
        while (put - taken == QUEUE) pthread_cond_wait(&has_room, &lock);
        queue[put++ % QUEUE] = batch;
        pthread_cond_signal(&has_batch);
        pthread_mutex_unlock(&lock);
    }
}

static void release(void) {
    for (long i = 0; i < BATCHES / threads; i++) {
        pthread_mutex_lock(&lock);
        while (put == taken) pthread_cond_wait(&has_batch, &lock);
        Batch *batch = queue[taken++ % QUEUE];
        pthread_cond_signal(&has_room);
        pthread_mutex_unlock(&lock);
        free_all(batch->blocks, BLOCKS);
        free(batch);
    }
}

static void *work(void *number) {
    seed((uintptr_t)number);
    if ((uintptr_t)number % 2 == 1) {
        allocate();
    } else {
        release();
    }
    return NULL;
}

int main(int count, char **arguments) {
    threads = count > 1 ? thread_count(arguments[1]) : 0;
    if (threads == 0 || 2 * threads > MOST_THREADS) return usage("xmalloc COUNT, 1 to 512");
    Instant start = now();
    in_threads(2 * threads, work);
    report(start, threads * (BATCHES / threads) * BLOCKS);
    return 0;
}
