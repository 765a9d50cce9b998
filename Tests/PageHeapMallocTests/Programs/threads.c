// Many threads on one heap: no block overlaps another, whichever thread frees it, and memory stays bounded.
#include "check.h"
#include <stdatomic.h>

static void start(pthread_t *thread, void *(*body)(void *), uintptr_t argument) {
    CHECK(pthread_create(thread, NULL, body, (void *)argument) == 0);
}

static void join(pthread_t thread) { CHECK(pthread_join(thread, NULL) == 0); }

// Each thread has a table of blocks of its own.
static long operations;
static void *alone(void *number) {
    enum { SLOTS = 300 };
    unsigned char *blocks[SLOTS] = {NULL};
    uint64_t random = seed + (uintptr_t)number;
    for (long i = 0; i < operations; i++) {
        unsigned char **slot = &blocks[next_random(&random) % SLOTS];
        if (*slot != NULL) check_and_free(*slot);
        *slot = next_random(&random) % 3 == 0 ? NULL : make_block(random_size(&random), (unsigned char)random);
    }
    for (int i = 0; i < SLOTS; i++) if (blocks[i] != NULL) check_and_free(blocks[i]);
    return NULL;
}

static void random_work(void) {
    pthread_t threads[64];
    for (int count = 1; count <= 64; count *= 4) {
        operations = 120000 / count;
        for (int i = 0; i < count; i++) start(&threads[i], alone, (uintptr_t)i * 1000 + (uintptr_t)count);
        for (int i = 0; i < count; i++) join(threads[i]);
    }
}

// All threads share one table: most blocks are freed by another thread than the one that made them.
enum { SHARED = 1000 };
static _Atomic(unsigned char *) table[SHARED];
static void *exchanging(void *number) {
    uint64_t random = seed + (uintptr_t)number;
    for (int i = 0; i < 30000; i++) {
        unsigned char *mine = next_random(&random) % 4 == 0 ? NULL : make_block(random_size(&random), (unsigned char)i);
        unsigned char *other = atomic_exchange(&table[next_random(&random) % SHARED], mine);
        if (other != NULL) check_and_free(other);
    }
    return NULL;
}

static void exchange(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) start(&threads[i], exchanging, (uintptr_t)i);
    for (int i = 0; i < 8; i++) join(threads[i]);
    for (int i = 0; i < SHARED; i++) if (table[i] != NULL) check_and_free(table[i]);
}

// One thread allocates, another frees, with a bounded number of blocks in between: so memory is bounded.
enum { RING = 1024, SENT = 1000000 };
static _Atomic(void *) ring[RING];
static void *producing(void *unused) {
    uint64_t random = seed;
    for (int i = 0; i < SENT; i++) {
        void *block = malloc(16 + next_random(&random) % 500);
        CHECK(block != NULL);
        *(int *)block = i;
        while (atomic_load(&ring[i % RING]) != NULL) sched_yield();
        atomic_store(&ring[i % RING], block);
    }
    return unused;
}

static void *consuming(void *unused) {
    for (int i = 0; i < SENT; i++) {
        void *block;
        while ((block = atomic_exchange(&ring[i % RING], NULL)) == NULL) sched_yield();
        CHECK(*(int *)block == i);
        free(block);
    }
    return unused;
}

static void producer_consumer(void) {
    pthread_t producer, consumer;
    long before = resident_kib();
    start(&producer, producing, 0);
    start(&consumer, consuming, 0);
    join(producer);
    join(consumer);
    CHECK(resident_kib() - before < 16 << 10);
}

// Threads come and go; each leaves half of its blocks to the one that joins it.
enum { LEFT = 100 };
static void *passing(void *number) {
    uint64_t random = seed + (uintptr_t)number;
    unsigned char **left = malloc(LEFT * sizeof *left);
    for (int i = 0; i < LEFT; i++) {
        check_and_free(make_block(next_random(&random) % 2000, 1));
        left[i] = make_block(next_random(&random) % 2000, 2);
    }
    return left;
}

static void churn_threads(int count) {
    pthread_t threads[8];
    for (int done = 0; done < count; done += 8) {
        for (int i = 0; i < 8; i++) start(&threads[i], passing, (uintptr_t)(done + i));
        for (int i = 0; i < 8; i++) {
            unsigned char **left;
            CHECK(pthread_join(threads[i], (void **)&left) == 0);
            for (int j = 0; j < LEFT; j++) check_and_free(left[j]);
            free(left);
        }
    }
}

static void churn(void) {
    churn_threads(400);
    long before = resident_kib();
    churn_threads(3600);
    CHECK(resident_kib() - before < 8 << 10);
}

// Thread-local destructors allocate and free, also after the heap's own has run (keys made later come later, and keys
// that are set again come again).
static pthread_key_t keys[16];
static atomic_int destroyed;
static void destroy(void *value) {
    check_and_free(value);
    for (int i = 0; i < 50; i++) check_and_free(make_block((size_t)i * 100, (unsigned char)i));
    int round = atomic_fetch_add(&destroyed, 1);
    if (round % 3 != 0) CHECK(pthread_setspecific(keys[round % 16], make_block(200, 3)) == 0);
}

static void *with_keys(void *unused) {
    for (int i = 0; i < 16; i++) CHECK(pthread_setspecific(keys[i], make_block(100, 4)) == 0);
    return unused;
}

static void destructors(void) {
    for (int i = 0; i < 16; i++) CHECK(pthread_key_create(&keys[i], destroy) == 0);
    churn_threads(8);
    for (int round = 0; round < 200; round++) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) start(&threads[i], with_keys, 0);
        for (int i = 0; i < 4; i++) join(threads[i]);
    }
    CHECK(destroyed >= 200 * 4 * 16);
}

// Some threads trim without end while others work.
static atomic_bool done;
static void *trimming(void *unused) {
    extern int malloc_trim(size_t);
    while (!atomic_load(&done)) malloc_trim(0);
    return unused;
}

static void trim_meanwhile(void) {
    pthread_t trimmer, threads[4];
    operations = 30000;
    start(&trimmer, trimming, 0);
    for (int i = 0; i < 4; i++) start(&threads[i], alone, (uintptr_t)i);
    for (int i = 0; i < 4; i++) join(threads[i]);
    atomic_store(&done, 1);
    join(trimmer);
}

// A thread that frees another one's small block, and then allocates, gets no block on a cache line of the other's
// blocks.
enum { NEIGHBOURS = 40 };
static char *neighbours[NEIGHBOURS];

static void *free_one_and_allocate(void *size) {
    free(neighbours[1]);
    for (int i = 0; i < NEIGHBOURS; i++) {
        uintptr_t line = (uintptr_t)malloc((uintptr_t)size) / 64;
        for (int j = 0; j < NEIGHBOURS; j++) CHECK(line != (uintptr_t)neighbours[j] / 64);
    }
    return NULL;
}

static void cache_lines(void) {
    for (uintptr_t size = 8; size <= 48; size += 20) {
        for (int i = 0; i < NEIGHBOURS; i++) neighbours[i] = malloc(size);
        pthread_t thread;
        start(&thread, free_one_and_allocate, size);
        join(thread);
    }
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"random", random_work}, {"exchange", exchange}, {"producer-consumer", producer_consumer}, {"churn", churn},
        {"destructors", destructors}, {"trim", trim_meanwhile}, {"cache-lines", cache_lines}};
    return RUN(checks, arguments);
}
