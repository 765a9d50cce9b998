// Everything at once, at random: threads, forks, ends of threads, malloc_trim, cancellation, libraries that come and
// go, other programs. The threads of each round and what they do follow from the seed; their order does not.
//
//   storm SECONDS [ROUND]
//
// TORTURE_SEED chooses the seed; ROUND is the first round, to begin with the one that has failed. TORTURE_PLUGIN is
// the library that comes and goes.
//
// libc does not make its dynamic linker's locks safe across a fork, so a thread that forks here waits until no other
// starts a thread, loads a library or cancels: `loader`.
#include "blocks.h"

#include <spawn.h>

enum { MOST_THREADS = 8, SLOTS = 16, CHILD_STEPS = 150 };

static unsigned long long seed, round_number;
static char own_path[4096];
static const char *plugin_path;
static pthread_mutex_t loader = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t together;
static _Atomic(struct block *) slots[SLOTS];
static atomic_long counts[8];
static const char *const counted[8] = {
    "steps", "hand-overs", "trims", "forks", "detached", "cancelled", "libraries", "programs"};

static void locked_start(pthread_t *thread, void *(*body)(void *), void *argument) {
    pthread_mutex_lock(&loader);
    CHECK(pthread_create(thread, NULL, body, argument) == 0);
    pthread_mutex_unlock(&loader);
}

// ---- What a thread does ---------------------------------------------------------------------------------------------

static void hand_over(struct keeper *own) {
    struct block made, *record = malloc(sizeof *record);
    CHECK(record != NULL && make_block_of(&made, own->owner, random_size(&own->random), &own->random));
    *record = made;
    struct block *other = atomic_exchange(&slots[below(&own->random, SLOTS)], record);
    if (other == NULL) return;
    free_block(other);
    free(other);
}

static void *some_thread(void *random) {
    work_some((uintptr_t)random, 100);
    return NULL;
}

static _Noreturn void be_child(struct keeper *own, uint64_t kind) {
    alarm(CHILD_SECONDS);
    check_kept(own);
    keep_going(own, CHILD_STEPS);
    for (int i = 0; i < 4; i++) hand_over(own);
    if (kind % 4 == 0) malloc_trim(0);
    if (kind % 3 == 0) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, some_thread, (void *)(uintptr_t)kind) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    if (kind % 5 == 0) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            drop_kept(own);
            _exit(0);
        }
        wait_for(grandchild);
    }
    drop_kept(own);
    _exit(0);
}

static void fork_one(struct keeper *own) {
    uint64_t kind = next_random(&own->random);
    pthread_mutex_lock(&loader);
    pid_t child = fork();
    if (child == 0) be_child(own, kind);
    pthread_mutex_unlock(&loader);
    if (kind % 2 == 0) keep_going(own, 50);
    wait_for(child);
}

static pthread_key_t late_key, later_key;

// Each round of destructors makes a block for the next one, as long as libc goes on asking.
static void destroy_late(void *value) {
    struct block *block = value;
    uint64_t random = block->owner;
    if (block->bytes != NULL) free_block(block);
    if (block->owner++ % 8 < 3) {
        CHECK(make_block_of(block, block->owner, random_size(&random), &random));
        CHECK(pthread_setspecific(block->owner % 2 ? late_key : later_key, block) == 0);
    } else {
        free(block);
    }
}

static void *detached_thread(void *block) {
    CHECK(pthread_setspecific(late_key, block) == 0);
    return NULL;
}

static void detach_one(struct keeper *own) {
    struct block *block = malloc(sizeof *block);
    CHECK(block != NULL);
    *block = (struct block){NULL, 0, 8 * below(&own->random, 1000)};
    pthread_mutex_lock(&loader);
    start_detached(detached_thread, block, (64 + below(&own->random, 2000)) * 1024);
    pthread_mutex_unlock(&loader);
}

static void drop_at_cancel(void *keeper) {
    check_kept(keeper);
    drop_kept(keeper);
    free(keeper);
}

// Works until it is cancelled: between two steps, or while it only computes with cancellation at any instruction.
static void *cancelled_thread(void *keeper) {
    struct keeper *own = keeper;
    pthread_cleanup_push(drop_at_cancel, own);
    for (uint64_t i = 0;; i++) {
        keep_going(own, 5);
        if (i % 20 == 0) malloc_trim(0);
        if (own->random % 2) {
            pthread_testcancel();
            continue;
        }
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
        for (volatile int spin = 0; spin < 2000; spin++) continue;
        pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel_one(struct keeper *own) {
    pthread_t thread;
    struct keeper *its = malloc(sizeof *its);
    CHECK(its != NULL);
    start_keeper(its, next_random(&own->random));
    locked_start(&thread, cancelled_thread, its);
    keep_going(own, (int)below(&own->random, 100));
    pthread_mutex_lock(&loader);
    CHECK(pthread_cancel(thread) == 0);
    void *result;
    CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    pthread_mutex_unlock(&loader);
}

static void load_one(struct keeper *own) {
    if (plugin_path == NULL) return;
    pthread_mutex_lock(&loader);
    void *library = dlopen(plugin_path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) DIE("%s", dlerror());
    void (*plugin_work)(void) = (void (*)(void))dlsym(library, "plugin_work");
    CHECK(plugin_work != NULL);
    plugin_work();
    keep_going(own, 20);
    CHECK(dlclose(library) == 0);
    pthread_mutex_unlock(&loader);
}

static void execute_one(struct keeper *own) {
    char *arguments[] = {own_path, "program", NULL};
    pid_t child;
    if (below(&own->random, 2) == 0) {
        CHECK(posix_spawn(&child, own_path, NULL, NULL, arguments, environ) == 0);
    } else {
        child = vfork();
        if (child == 0) {
            execv(own_path, arguments);
            _exit(3);
        }
    }
    wait_for(child);
}

// ---- Rounds ---------------------------------------------------------------------------------------------------------

static void *run_thread(void *argument) {
    struct keeper *own = argument;
    static const int chances[7] = {900, 980, 988, 994, 997, 998, 999};  // of a thousand; the rest executes a program
    int actions = 400 + (int)below(&own->random, 1200);
    pthread_barrier_wait(&together);
    for (int i = 0; i < actions; i++) {
        int chance = (int)below(&own->random, 1000), kind = 0;
        while (kind < 7 && chance >= chances[kind]) kind++;
        atomic_fetch_add(&counts[kind], 1);
        switch (kind) {
        case 0: keep_going(own, 10); break;
        case 1: hand_over(own); break;
        case 2: malloc_trim(0); break;
        case 3: fork_one(own); break;
        case 4: detach_one(own); break;
        case 5: cancel_one(own); break;
        case 6: load_one(own); break;
        default: execute_one(own); break;
        }
    }
    check_kept(own);
    drop_kept(own);
    return NULL;
}

static void run_round(void) {
    static struct keeper keepers[MOST_THREADS];
    uint64_t random = seed * 1000003 + round_number;
    int count = 1 + (int)below(&random, MOST_THREADS);
    pthread_t threads[MOST_THREADS];
    CHECK(pthread_barrier_init(&together, NULL, (unsigned)count) == 0);
    for (int i = 0; i < count; i++) {
        start_keeper(&keepers[i], next_random(&random));
        locked_start(&threads[i], run_thread, &keepers[i]);
    }
    for (int i = 0; i < count; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static void say_where(void) { say("seed %llu, round %llu", seed, round_number); }

int main(int count, char **arguments) {
    if (count < 2) return 2;
    seed = torture_seed();
    if (strcmp(arguments[1], "program") == 0) {
        alarm(CHILD_SECONDS);
        work_some(seed, 300);
        return 0;
    }
    CHECK(realpath(arguments[0], own_path) != NULL);
    plugin_path = getenv("TORTURE_PLUGIN");
    if (count > 2) round_number = strtoull(arguments[2], NULL, 10);
    CHECK(pthread_key_create(&late_key, destroy_late) == 0 && pthread_key_create(&later_key, destroy_late) == 0);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (time_t end = now.tv_sec + atol(arguments[1]); now.tv_sec < end; round_number++) {
        say_where();  // first: a round that fails may not have the time to say so
        run_round();
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    char line[400];
    int length = snprintf(line, sizeof line, "seed %llu, until round %llu:", seed, round_number);
    for (int i = 0; i < 8; i++)
        length += snprintf(line + length, sizeof line - (size_t)length, " %ld %s", atomic_load(&counts[i]), counted[i]);
    say("%s", line);
    return 0;
}
