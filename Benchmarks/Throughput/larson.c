// larson CHAINS: works like a server whose threads do not live long. Each chain has 1,000 blocks of 16 to 1,024 bytes; a thread
// replaces some of them at random, hands all of them to its successor, and ends.
#include <semaphore.h>

#include "workload.h"

enum { OPERATIONS = 8000000, LIVE = 1000, GENERATIONS = 100, MOST = 64 };
static long chains;
static sem_t ended;

typedef struct {
    uint64_t seed;
    int generation;
    void *blocks[LIVE];
} Chain;

static uint64_t size(void) { return 16 + below(1009); }

static void *work(void *argument);

static void start_thread(Chain *chain) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, chain) != 0) abort();
    pthread_detach(thread);
}

static void *work(void *argument) {
    Chain *chain = argument;
    seed(chain->seed);
    replace(chain->blocks, LIVE, size, OPERATIONS / GENERATIONS / chains);
    chain->seed += MOST;
    chain->generation++;
    if (chain->generation < GENERATIONS) {
        start_thread(chain);
    } else {
        sem_post(&ended);
    }
    return NULL;
}

int main(int count, char **arguments) {
    static Chain all[MOST];
    chains = count > 1 ? atol(arguments[1]) : 0;
    if (chains < 1 || chains > MOST) return usage("larson CHAINS, 1 to 64");
    sem_init(&ended, 0, 0);
    Instant start = now();
    for (long i = 0; i < chains; i++) {
        all[i].seed = i + 1;
        start_thread(&all[i]);
    }
    for (long i = 0; i < chains; i++) sem_wait(&ended);
    for (long i = 0; i < chains; i++) free_all(all[i].blocks, LIVE);
    report(start, OPERATIONS);
    return 0;
}
