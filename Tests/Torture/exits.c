// Ends of threads: first allocations and frees while a thread ends, and what libc frees at its very end.
#include "blocks.h"

int __cxa_thread_atexit_impl(void (*)(void *), void *, void *);
extern void *__dso_handle;

enum { MANY = 24 };

static void make(struct block *block, size_t size) {
    uint64_t random = size;
    CHECK(make_block_of(block, size, size, &random));
}

// Waits until detached threads have counted up to a number.
static void wait_until(atomic_int *count, int wanted) {
    for (int i = 0; i < 20000 && atomic_load(count) < wanted; i++) pause_for(1);
    CHECK(atomic_load(count) == wanted);
}

// ---- Destructors of keys --------------------------------------------------------------------------------------------

static pthread_key_t first_key, last_key;
static atomic_int ended;

struct rounds {
    int left;
    struct block block;
};
static struct rounds all_rounds[4000];

// Runs as often as libc asks, as the destructor of both keys, before and after any keys that the malloc may have.
static void end_round(void *value) {
    struct rounds *rounds = value;
    if (rounds->block.bytes != NULL) free_block(&rounds->block);
    if (--rounds->left > 0) {
        make(&rounds->block, 40 + (size_t)rounds->left * 700);
        CHECK(pthread_setspecific(rounds->left % 2 ? first_key : last_key, rounds) == 0);
    } else {
        atomic_fetch_add(&ended, 1);
    }
}

// The first key is as early as a key of the program can be, the last one comes after the heap's beginning.
__attribute__((constructor(101))) static void make_first_key(void) { pthread_key_create(&first_key, end_round); }

static void *only_set(void *rounds) {
    CHECK(pthread_setspecific(last_key, rounds) == 0);
    return NULL;
}

// Threads that allocate for the first time while they end.
static void key_rounds(void) {
    CHECK(pthread_key_create(&last_key, end_round) == 0);
    grow_and_drop(20);
    for (int wave = 0; wave < 20; wave++) {
        for (int i = 0; i < MANY; i++) {
            struct rounds *rounds = &all_rounds[wave * MANY + i];
            rounds->left = 1 + i % 4;
            start_detached(only_set, rounds, 65536);
        }
        if (wave % 4 == 0) malloc_trim(0);
    }
    wait_until(&ended, 20 * MANY);
    work_again();
}

// Threads that call the heap only once: while they end, they free what another thread has allocated.
static void key_frees(void) {
    CHECK(pthread_key_create(&last_key, end_round) == 0);
    for (int i = 0; i < 500; i++) {
        all_rounds[i].left = 1;
        make(&all_rounds[i].block, 1 + (size_t)i * 97);
        start_detached(only_set, &all_rounds[i], 65536);
    }
    wait_until(&ended, 500);
    work_again();
}

// Such a thread gives back all that it gets, a cache or a slot: memory does not grow with the number of threads.
static void key_leaks(void) {
    CHECK(pthread_key_create(&last_key, end_round) == 0);
    size_t before = 0;
    for (int turn = 0; turn < 10; turn++) {
        atomic_store(&ended, 0);
        for (int i = 0; i < 1500; i++) {
            all_rounds[i].left = 4;
            start_detached(only_set, &all_rounds[i], 65536);
            if (i % 100 == 99) wait_until(&ended, i + 1);
        }
        struct mallinfo2 figures = mallinfo2();
        if (turn == 2) before = figures.arena + figures.hblkhd;
        if (turn > 2) CHECK(figures.arena + figures.hblkhd < before + (12 << 20));
    }
}

// ---- Objects of a thread, as C++ has them ---------------------------------------------------------------------------

static void end_object(void *left) {
    struct block block;
    make(&block, 64 + (uintptr_t)left * 1000);
    if ((uintptr_t)left > 0)
        CHECK(__cxa_thread_atexit_impl(end_object, (void *)((uintptr_t)left - 1), &__dso_handle) == 0);
    else atomic_fetch_add(&ended, 1);
    free_block(&block);
}

static void *only_register(void *left) {
    CHECK(__cxa_thread_atexit_impl(end_object, left, &__dso_handle) == 0);
    return NULL;
}

static void thread_objects(void) {
    for (int i = 0; i < 400; i++) start_detached(only_register, (void *)(uintptr_t)(i % 20), 65536);
    wait_until(&ended, 400);
    work_again();
}

// ---- What libc frees at a thread's very end -------------------------------------------------------------------------

static pthread_barrier_t together;
static void *do_nothing(void *unused) {
    pthread_barrier_wait(&together);
    return unused;
}

static void start_wave(unsigned count, size_t stack) {
    CHECK(pthread_barrier_init(&together, NULL, count + 1) == 0);
    for (unsigned i = 0; i < count; i++) start_detached(do_nothing, NULL, stack);
    pthread_barrier_wait(&together);
    pause_for(5);
}

// libc keeps up to 40 MiB of the stacks of ended threads. A thread that has a large stack and never allocated makes
// libc give others back when it ends, after all destructors, and their tables of thread-local storage are freed then.
static void stack_cache(void) {
    for (int wave = 0; wave < 12; wave++) {
        start_wave(16, (size_t)2 << 20);
        start_wave(1, (size_t)(33 + wave) << 20);
        start_wave(2, (size_t)(45 + wave) << 20);
        grow_and_drop(8);
        work_again();
    }
}

// Threads whose caches are full of all sizes end at the same moment, in a child of a process with a large heap: what
// the caches hold goes through the same few locks. With large stacks libc, too, frees then, and holds its own lock
// for stacks.
static void *end_full(void *unused) {
    void *blocks[80];
    int count = 0;
    // One block of each size class, and so one use of each class's lock.
    for (size_t size = 16; size <= 65536; size += size < 128 ? 16 : size / 8)
        CHECK((blocks[count++] = malloc(size)) != NULL);
    while (count > 0) free(blocks[--count]);
    pthread_barrier_wait(&together);
    return unused;
}

static void end_waves(void) {
    for (int wave = 0; wave < 12; wave++) {
        CHECK(pthread_barrier_init(&together, NULL, MANY + 1) == 0);
        for (int i = 0; i < MANY; i++) start_detached(end_full, NULL, wave % 4 == 3 ? 65536 : 8 << 20);
        pthread_barrier_wait(&together);
        if (wave % 6 == 5) malloc_trim(0);
        pause_for(3);
    }
}

static void ends_at_once(void) {
    grow_and_drop(64);
    for (int i = 0; i < 15; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(CHILD_SECONDS);
            end_waves();
            _exit(0);
        }
        wait_for(child);
    }
    end_waves();
    work_again();
}

int main(int count, char **arguments) {
    (void)count;
    const struct named_case cases[] = {{"key-rounds", key_rounds}, {"key-frees", key_frees}, {"key-leaks", key_leaks},
        {"thread-objects", thread_objects}, {"stack-cache", stack_cache}, {"at-once", ends_at_once}};
    return RUN(cases, arguments);
}
