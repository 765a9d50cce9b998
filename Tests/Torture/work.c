// A program's ordinary work, for odd circumstances: threads that allocate, check, free, hand blocks over, grow and
// drop.
//
//   work ROUNDS QUIET [CALL ERROR start|later|privileged]
//
// QUIET is the number of milliseconds that the program rests in each of its rounds. CALL is refused with ERROR, or
// kills the program if ERROR is "kill": from the start on by the program that started this one, or here, once the heap
// and the threads are there ("privileged": as only root can, without giving up new privileges). From then on the
// program itself makes no call but futex, write, and those of a thread's end. If CALL is one that a malloc cannot do
// without, allocations may fail, with ENOMEM.
#include "refusal.h"
#include "blocks.h"

enum { THREADS = 4 };

static pthread_barrier_t together;
static struct keeper keepers[THREADS];
static struct block handed[THREADS];
static long rounds, quiet;
static atomic_int hurrying;  // threads that still hurry
static bool threads_stay;

// Small blocks come and go as fast as they can, while the first thread takes free memory out of all threads' caches: it
// must know for certain that a cache is not in use at that moment, or two threads get one block.
static void hurry(struct keeper *own) {
    enum { HELD = 32 };
    struct block held[HELD] = {{0}};
    for (int i = 0; i < 20000; i++) {
        struct block *block = &held[i % HELD];
        if (block->bytes != NULL) {
            check_block(block);
            memset(block->bytes, 0xdd, block->size);
            free(block->bytes);
        }
        *block = (struct block){malloc(48), 48, own->owner};
        if (block->bytes == NULL) note_failure(errno, 48);
        else fill_block(block);
    }
    for (int i = 0; i < HELD; i++)
        if (held[i].bytes != NULL) free_block(&held[i]);
    atomic_fetch_sub(&hurrying, 1);
}

static void work(struct keeper *own) {
    int number = (int)(own - keepers);
    keep_going(own, 1000);
    check_kept(own);
    grow_and_drop(4);
    if (own != keepers) {
        hurry(own);
    } else {
        // Pauses, too: on one processor, on which a thread may run as long as it likes, no other thread would get on.
        for (int i = 0; atomic_load(&hurrying) > 0; i++) {
            malloc_trim(0);
            if (i % 32 == 31) pause_briefly(50);
        }
    }
    // The neighbour frees what this thread has made.
    make_block_of(&handed[number], own->owner, random_size(&own->random), &own->random);
}

static void take_over(struct keeper *own) {
    struct block *block = &handed[((own - keepers) + 1) % THREADS];
    if (block->bytes != NULL) free_block(block);
    // The system may refuse to release locked or shared memory: the result does not matter.
    malloc_trim(0);
    check_kept(own);
}

// A thread's first request, which makes its cache, keeps errno as each other does, whichever call is refused.
static void begin_thread(void) {
    errno = EXDEV;
    void *volatile block = malloc(100);
    CHECK(block == NULL || errno == EXDEV);
    free(block);
    CHECK(block == NULL || errno == EXDEV);
}

static void *run_thread(void *keeper) {
    begin_thread();
    keep_going(keeper, 500);
    pthread_barrier_wait(&together);  // warm: from here on calls may be refused
    for (int round = 0; round < rounds; round++) {
        pthread_barrier_wait(&together);
        work(keeper);
        pthread_barrier_wait(&together);
        take_over(keeper);
    }
    drop_kept(keeper);
    pthread_barrier_wait(&together);
    while (threads_stay) pause_for(1000);
    return NULL;
}

static bool needed_by_malloc(const char *call) {
    static const char *const calls[] = {"mmap", "munmap", "mremap", "mprotect", "madvise", "brk"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i], call) == 0) return true;
    return false;
}

int main(int count, char **arguments) {
    if (count != 3 && count != 6) return 2;
    rounds = atol(arguments[1]);
    quiet = atol(arguments[2]);
    const char *call = count > 3 ? arguments[3] : NULL, *answer = count > 3 ? arguments[4] : NULL;
    const char *how = count > 3 ? arguments[5] : NULL;
    if (call != NULL) {
        atomic_store(&failures_are_allowed, needed_by_malloc(call));
        // The end of a thread blocks signals; a program that ends because this call is refused would be libc's doing.
        threads_stay = strcmp(call, "rt_sigprocmask") == 0 || strcmp(call, "others") == 0;
    }
    uint64_t random = torture_seed();
    for (int i = 0; i < THREADS; i++) start_keeper(&keepers[i], next_random(&random));
    work_some(next_random(&random), 1000);
    grow_and_drop(12);

    // If no threads can be had, the first one does all of the work.
    pthread_t threads[THREADS];
    int started = 0;
    CHECK(pthread_barrier_init(&together, NULL, THREADS) == 0);
    while (started < THREADS - 1 && pthread_create(&threads[started], NULL, run_thread, &keepers[started + 1]) == 0)
        started++;
    bool alone = started == 0;
    if (!alone) CHECK(started == THREADS - 1);
    if (!alone) pthread_barrier_wait(&together);

    if (how != NULL && strcmp(how, "start") != 0) {
        int refusal = refuse_calls(call, answer, strcmp(how, "privileged") != 0);
        if (refusal == 1) DIE("wrong usage: %s %s", call, answer);
        if (refusal == 2) {
            say("not allowed here: seccomp (errno %d)", errno);
            _exit(77);
        }
    }
    for (int round = 0; round < rounds; round++) {
        if (!alone) atomic_store(&hurrying, THREADS - 1);
        if (!alone) pthread_barrier_wait(&together);
        for (int i = 0; i < (alone ? THREADS : 1); i++) work(&keepers[i]);
        if (!alone) pthread_barrier_wait(&together);
        pause_for(quiet);
        for (int i = 0; i < (alone ? THREADS : 1); i++) take_over(&keepers[i]);
    }
    for (int i = 0; i < (alone ? THREADS : 1); i++) drop_kept(&keepers[i]);
    if (!alone) pthread_barrier_wait(&together);
    for (int i = 0; i < started && !threads_stay; i++) CHECK(pthread_join(threads[i], NULL) == 0);

    // Everything is free now: at least what was there at the beginning must be available again.
    atomic_store(&failures_are_allowed, false);
    struct block block;
    for (int i = 0; i < 200; i++) {
        CHECK(make_block_of(&block, 1, 1 + below(&random, 1000), &random));
        free_block(&block);
    }
    _exit(0);
}
