// Cancellation. No function of malloc's family is a point at which a thread may end, whatever system calls it makes:
// locks would stay locked, and the next fork, or the next malloc_trim, would wait for ever.
#include "blocks.h"

static void *fork_and_trim(void *unused) {
    for (int i = 0; i < 5; i++) {
        malloc_trim(0);
        pid_t child = fork();
        if (child == 0) {
            alarm(CHILD_SECONDS);
            grow_and_drop(8);
            malloc_trim(0);
            _exit(0);
        }
        wait_for(child);
        work_some(torture_seed() + (uint64_t)i, 500);
    }
    return unused;
}

// Whatever a cancelled thread has left behind, others can go on.
static void go_on(void) {
    pthread_t thread;
    fork_and_trim(NULL);
    CHECK(pthread_create(&thread, NULL, fork_and_trim, NULL) == 0 && pthread_join(thread, NULL) == 0);
}

// ---- Pending: a thread that is cancelled already calls everything ---------------------------------------------------

static atomic_int reached;

static void call_everything(void) {
    void *blocks[8], *aligned = NULL;
    grow_and_drop(64);  // the heap grows, with all that it starts then
    for (int i = 0; i < 8; i++) blocks[i] = malloc((size_t)3 << (3 * i));
    CHECK(posix_memalign(&aligned, 65536, 100000) == 0);
    free(aligned);
    for (int i = 0; i < 8; i++) blocks[i] = realloc(blocks[i], (size_t)1 << (23 - 2 * i));
    for (int i = 0; i < 8; i++) CHECK(blocks[i] != NULL && malloc_usable_size(blocks[i]) >= (size_t)1 << (23 - 2 * i));
    for (int i = 0; i < 8; i++) free(blocks[i]);
    mallinfo2();
    malloc_trim(0);
    free(calloc(100000, 100));
    malloc_trim(0);
    atomic_fetch_add(&reached, 1);
}

static void *call_with_pending(void *unused) {
    pthread_cancel(pthread_self());
    call_everything();
    pthread_testcancel();
    CHECK(false);
    return unused;
}

static void pending(void) {
    for (int i = 0; i < 5; i++) {
        pthread_t thread;
        void *result;
        CHECK(pthread_create(&thread, NULL, call_with_pending, NULL) == 0);
        CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
        if (atomic_load(&reached) != i + 1) DIE("a thread was cancelled inside malloc's functions");
    }
    go_on();
}

// ---- Cleanup handlers that free, destructors that free --------------------------------------------------------------

static pthread_key_t key;
static atomic_int cleaned;

static void clean(void *keeper) {
    check_kept(keeper);
    drop_kept(keeper);
    malloc_trim(0);
    atomic_fetch_add(&cleaned, 1);
}

static void clean_last(void *keeper) {
    work_some(1, 50);
    free(keeper);
}

struct worker {
    pthread_t thread;
    uint64_t random;
    int kind;
    atomic_bool runs;
};

static void *work_until_cancelled(void *argument) {
    struct worker *worker = argument;
    struct keeper *own = malloc(sizeof *own);
    CHECK(own != NULL);
    start_keeper(own, worker->random);
    CHECK(pthread_setspecific(key, own) == 0);
    pthread_cleanup_push(clean, own);
    atomic_store(&worker->runs, true);
    for (uint64_t i = 0;; i++) {
        // Asynchronous: cancellation is off while the heap is called, and may come at any instruction while it is not.
        // (The type is reset, too: under glibc 2.36 a signal on its way ignores that cancellation is off.)
        if (worker->kind == 1) {
            pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
            pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
        }
        keep_going(own, 3);
        if (i % 50 == 0) malloc_trim(0);
        if (i % 200 == 0) grow_and_drop(2);
        if (worker->kind == 1) {
            pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
            pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
            for (volatile int spin = 0; spin < 500; spin++) continue;
        } else if (worker->kind == 0) {
            pthread_testcancel();
        } else {
            pause();  // ends here, asleep, with all that it holds
        }
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel_workers(int kind) {
    enum { WORKERS = 6, WAVES = 25 };
    static struct worker workers[WORKERS];
    uint64_t random = torture_seed();
    CHECK(pthread_key_create(&key, clean_last) == 0);
    for (int wave = 0; wave < WAVES; wave++) {
        for (int i = 0; i < WORKERS; i++) {
            workers[i].random = next_random(&random);
            workers[i].kind = kind;
            atomic_store(&workers[i].runs, false);
            CHECK(pthread_create(&workers[i].thread, NULL, work_until_cancelled, &workers[i]) == 0);
        }
        for (int i = 0; i < WORKERS; i++) {
            while (!atomic_load(&workers[i].runs)) pause_for(1);
            work_some(next_random(&random), (int)below(&random, 200));
            CHECK(pthread_cancel(workers[i].thread) == 0);
        }
        for (int i = 0; i < WORKERS; i++) {
            // (For asynchronous ones, libc does not always return PTHREAD_CANCELED.)
            CHECK(pthread_join(workers[i].thread, NULL) == 0);
        }
    }
    CHECK(atomic_load(&cleaned) == WORKERS * WAVES);
    go_on();
}

static void deferred(void) { cancel_workers(0); }
static void asynchronous(void) { cancel_workers(1); }
static void asleep(void) { cancel_workers(2); }

// The first thread, too, can be cancelled; the process then ends with the last one.
static void *outlive(void *first) {
    CHECK(pthread_cancel((pthread_t)first) == 0 && pthread_join((pthread_t)first, NULL) == 0);
    go_on();
    return NULL;
}

static void first_thread(void) {
    pthread_t thread;
    grow_and_drop(32);
    CHECK(pthread_create(&thread, NULL, outlive, (void *)pthread_self()) == 0);
    for (uint64_t i = 0;; i++) {
        work_some(i, 20);
        malloc_trim(0);
        pthread_testcancel();
    }
}

int main(int count, char **arguments) {
    (void)count;
    const struct named_case cases[] = {{"pending", pending}, {"deferred", deferred}, {"asynchronous", asynchronous},
        {"asleep", asleep}, {"first-thread", first_thread}};
    return RUN(cases, arguments);
}
