// sine: a server with two threads. Their live memory follows a sine with a period of 12 s between 100 and 600 MiB, for 48 s.
// Blocks of 16 bytes to 64 KiB live for random times: every 10 ms each thread frees some at random, and makes new ones until
// its memory is what the sine says, or frees more. The last phase gives the mean of the live memory.
#include "phases.h"

enum { THREADS = 2, MOST = 1000000, STEPS = 4800, STEPS_PER_PERIOD = 1200, FREED_PER_STEP = 100 };

typedef struct {
    Block blocks[MOST];
    long count;
    uint64_t live;
    double sum;
} Server;

static Server servers[THREADS];
static struct timespec start;
static pthread_barrier_t filled, begun;

static double wanted(long step) {
    double middle = 350.0 * (1 << 20), swing = 250.0 * (1 << 20);
    return (middle - swing * cos(2 * M_PI * step / STEPS_PER_PERIOD)) / THREADS;
}

static void free_one(Server *server) {
    Block *block = &server->blocks[below(server->count)];
    server->live -= block->size;
    free(block->address);
    *block = server->blocks[--server->count];
}

static void follow(Server *server, double goal) {
    while (server->live > goal) free_one(server);
    while (server->live < goal) {
        if (server->count == MOST) abort();
        Block block = new_block(mixed_size());
        server->blocks[server->count++] = block;
        server->live += block.size;
    }
}

static void *serve(void *number) {
    Server *server = &servers[(long)number - 1];
    seed((long)number);
    follow(server, wanted(0));
    pthread_barrier_wait(&filled);
    pthread_barrier_wait(&begun);
    for (long step = 1; step <= STEPS; step++) {
        for (int i = 0; i < FREED_PER_STEP; i++) free_one(server);
        follow(server, wanted(step));
        server->sum += server->live;
        pace(start, step);
    }
    return NULL;
}

int main(void) {
    memset(servers, 1, sizeof servers);
    for (int i = 0; i < THREADS; i++) servers[i].count = servers[i].live = servers[i].sum = 0;
    pthread_barrier_init(&filled, NULL, THREADS + 1);
    pthread_barrier_init(&begun, NULL, THREADS + 1);
    phase("base", 0);
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, serve, (void *)(i + 1)) != 0) abort();
    }
    pthread_barrier_wait(&filled);
    phase("begun", wanted(0) * THREADS);
    clock_gettime(CLOCK_MONOTONIC, &start);
    pthread_barrier_wait(&begun);
    double sum = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += servers[i].sum;
    }
    phase("ended", sum / STEPS);
    return 0;
}
