// threads COUNT: each thread replaces blocks of 16 to 256 bytes of its own at random. The work in all is the same for any count.
#include "workload.h"

enum { OPERATIONS = 16000000, LIVE = 40960 };
static long threads;

static void *work(void *number) {
    seed((uintptr_t)number);
    long live = LIVE / threads;
    void **blocks = calloc(live, sizeof *blocks);
    replace(blocks, live, small, OPERATIONS / threads);
    free_all(blocks, live);
    free(blocks);
    return NULL;
}

int main(int count, char **arguments) {
    threads = count > 1 ? thread_count(arguments[1]) : 0;
    if (threads == 0) return usage("threads COUNT, 1 to 1024");
    Instant start = now();
    in_threads(threads, work);
    report(start, OPERATIONS);
    return 0;
}
