// processors PATTERN THREADS SHARDS FILE: threads work on a malloc whose checked build tells this program what they do to
// memory that they share (pageheap_observe). Each thread seems to run on a processor of its own, SHARDS of them at most, however
// many the machine has. Prints a line of JSON: for 1,000,000 operations (a malloc, or a free), how often a lock of each rank was
// taken, how often it had to be waited for, and shared memory was written to without one. FILE receives, for a stretch of each
// thread's work, the events in order: what Benchmarks/locks.py replays on as many processors.
//   own       1,000 blocks of 16 to 1,024 bytes of each thread's own are replaced at random
//   middle    200 blocks of 4 to 64 KiB of each thread's own are replaced at random
//   large     16 blocks of 64 to 256 KiB of each thread's own are replaced at random
//   growing   each thread allocates blocks of 16 to 1,024 bytes and frees none, again and again
//   waves     each thread allocates 20,000 blocks of 16 to 1,024 bytes, and frees all of them
//   exchange  threads replace blocks of 16 to 1,024 bytes in one array, at random
//   handover  half of the threads allocate blocks of 16 to 1,024 bytes, the others free them, in batches of 100
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "../Throughput/workload.h"
#include "pageheap_observer.h"

enum { RANKS = 8, KINDS = 4, EVENTS = 4000, MOST_OBSERVED = 512 };

typedef struct {
    uint64_t address;
    uint32_t operation;  // of the thread: how many came before the event
    uint16_t hold;       // of a release: how many ticks of the processor's clock the lock was held, at most 65,535
    uint8_t rank, event;
} Event;

typedef struct {
    bool isWatched;
    uint32_t processor;
    uint32_t operation;
    uint32_t count;
    uint64_t taken[RANKS];  // the clock when a lock of a rank was taken
    uint64_t totals[RANKS][KINDS];
    Event events[EVENTS];
} Watch;

static Watch *watches;
static _Thread_local Watch *watch;
static long threads, shards;
// Of each thread: before it is watched, and while it is. Fewer if there are many threads.
static uint32_t warm_up = 200000, operations = 200000;
static const char *pattern;
static pthread_barrier_t together;

// The C library's function, which the malloc asks for the thread's processor.
int sched_getcpu(void) { return watch ? (int)(watch->processor % shards) : 0; }

void pageheap_observe(const void *address, uint32_t rank, enum pageheap_event event) {
    Watch *own = watch;
    if (!own || !own->isWatched) return;
    uint64_t hold = 0, now = __builtin_ia32_rdtsc();
    if (event <= PAGEHEAP_LOCK_WAITED_FOR) own->taken[rank] = now;
    if (event == PAGEHEAP_LOCK_RELEASED) hold = now - own->taken[rank];
    own->totals[rank][event]++;
    if (own->count < EVENTS) {
        own->events[own->count++] = (Event){(uintptr_t)address, own->operation, hold < 65535 ? hold : 65535, rank, event};
    }
}

static char *allocated(size_t size) {
    char *block = malloc(size);
    if (!block) abort();
    *block = 1;
    watch->operation++;
    return block;
}

static void freed(void *block) {
    free(block);
    watch->operation++;
}

static uint64_t small_size(void) { return 16 + below(1009); }
static uint64_t middle_size(void) { return (4096ULL << below(4)) + below(4096); }
static uint64_t large_size(void) { return (65 << 10) + below(191 << 10); }

static void replace_own(long live, Size *size) {
    void **blocks = calloc(live, sizeof *blocks);
    for (long i = 0; i < live; i++) blocks[i] = allocated(size());
    for (int stretch = 0; stretch < 2; stretch++) {
        if (stretch) pthread_barrier_wait(&together);
        watch->isWatched = stretch;
        watch->operation = 0;
        while (watch->operation < (stretch ? operations : warm_up)) {
            long place = below(live);
            freed(blocks[place]);
            blocks[place] = allocated(size());
        }
    }
    watch->isWatched = false;
    for (long i = 0; i < live; i++) free(blocks[i]);
    free(blocks);
}

// `waves`: every wave frees what it allocated. Otherwise only one is watched, whose memory is new.
static void allocate_many(int waves) {
    enum { BLOCKS = 20000 };
    void **blocks = calloc(BLOCKS, sizeof *blocks);
    // What a heap sets up once for each processor is not of interest.
    for (long i = 0; i < BLOCKS / 8; i++) blocks[i] = allocated(small_size());
    free_all(blocks, BLOCKS / 8);
    pthread_barrier_wait(&together);
    watch->operation = 0;
    watch->isWatched = true;
    for (int wave = 0; wave < waves; wave++) {
        for (long i = 0; i < BLOCKS; i++) blocks[i] = allocated(small_size());
        if (waves > 1) for (long i = 0; i < BLOCKS; i++) freed(blocks[i]);
    }
    watch->isWatched = false;
    if (waves == 1) free_all(blocks, BLOCKS);
    free(blocks);
}

enum { SHARED = 20000 };
static _Atomic(void *) shared[SHARED];

static void exchange(void) {
    for (int stretch = 0; stretch < 2; stretch++) {
        if (stretch) pthread_barrier_wait(&together);
        watch->isWatched = stretch;
        watch->operation = 0;
        while (watch->operation < (stretch ? operations : warm_up))
            freed(atomic_exchange_explicit(&shared[below(SHARED)], allocated(small_size()), memory_order_acq_rel));
    }
    watch->isWatched = false;
}

enum { BATCH = 100, QUEUE = 64 };
typedef struct {
    _Atomic(void *) slots[QUEUE];
} Queue;
static Queue queues[MOST_OBSERVED];

// Threads 1 and 2, 3 and 4, … share a queue of batches. A batch is written into its first block.
static void hand_over(long number) {
    Queue *queue = &queues[(number - 1) / 2];
    bool gives = number % 2 == 1;
    for (uint32_t i = 0; i < (warm_up + operations) / BATCH; i++) {
        if (i == warm_up / BATCH) {
            watch->operation = 0;
            watch->isWatched = true;
        }
        _Atomic(void *) *slot = &queue->slots[i % QUEUE];
        if (gives) {
            void **first = (void **)allocated(BATCH * sizeof(void *));
            first[0] = first;
            for (int j = 1; j < BATCH; j++) first[j] = allocated(small_size());
            while (atomic_load_explicit(slot, memory_order_relaxed)) sched_yield();
            atomic_store_explicit(slot, first, memory_order_release);
        } else {
            void **first;
            while (!(first = atomic_exchange_explicit(slot, NULL, memory_order_acquire))) sched_yield();
            for (int j = BATCH - 1; j >= 0; j--) freed(first[j]);
        }
    }
    watch->isWatched = false;
}

static void *work(void *number) {
    long own = (long)(uintptr_t)number;
    seed(own);
    watch = &watches[own - 1];
    watch->processor = own - 1;
    pthread_barrier_wait(&together);
    if (!strcmp(pattern, "own")) replace_own(1000, small_size);
    else if (!strcmp(pattern, "middle")) replace_own(200, middle_size);
    else if (!strcmp(pattern, "large")) replace_own(16, large_size);
    else if (!strcmp(pattern, "growing")) allocate_many(1);
    else if (!strcmp(pattern, "waves")) allocate_many(4);
    else if (!strcmp(pattern, "exchange")) exchange();
    else if (!strcmp(pattern, "handover")) hand_over(own);
    watch = NULL;
    return NULL;
}

int main(int count, char **arguments) {
    pattern = count > 1 ? arguments[1] : "";
    threads = count > 2 ? atol(arguments[2]) : 0;
    shards = count > 3 ? atol(arguments[3]) : 0;
    if (count != 5 || threads < 1 || threads > MOST_OBSERVED || shards < 1)
        return usage("processors PATTERN THREADS SHARDS FILE");
    if (threads > 64) warm_up = operations = 200000 * 64 / threads;
    watches = calloc(threads, sizeof *watches);
    pthread_barrier_init(&together, NULL, threads);
    Instant start = now();
    uint64_t ticks = __builtin_ia32_rdtsc();
    in_threads(threads, work);
    double nanoseconds_per_tick = (now().wall - start.wall) / (__builtin_ia32_rdtsc() - ticks);

    uint64_t totals[RANKS][KINDS] = {0}, all = 0;
    FILE *file = fopen(arguments[4], "wb");
    if (!file) return usage("FILE must be one that can be written");
    for (long i = 0; i < threads; i++) {
        all += watches[i].operation;
        for (int rank = 0; rank < RANKS; rank++)
            for (int kind = 0; kind < KINDS; kind++) totals[rank][kind] += watches[i].totals[rank][kind];
        uint32_t head[2] = {watches[i].count, watches[i].operation};
        fwrite(head, sizeof head, 1, file);
        fwrite(watches[i].events, sizeof(Event), watches[i].count, file);
    }
    if (fclose(file) != 0) return usage("FILE must have room");
    printf("{\"operations\": %lu, \"nanosecondsPerTick\": %.4f, \"ranks\": [", all, nanoseconds_per_tick);
    for (int rank = 0; rank < RANKS; rank++)
        printf("%s[%lu, %lu, %lu, %lu]", rank ? ", " : "", totals[rank][0], totals[rank][1], totals[rank][2], totals[rank][3]);
    printf("]}\n");
    return 0;
}
