// Forks, bare clones, vfork and posix_spawn, beside threads that allocate, free, end and give memory back.
#include "blocks.h"

#include <spawn.h>

enum { BUSY = 3 };

// From the library early.c, if this program is linked to it.
__attribute__((weak)) void early_check(void);

static struct keeper kept;
static atomic_bool over;
static pthread_t busy[BUSY];

// ---- Others meanwhile -----------------------------------------------------------------------------------------------

static void *allocate(void *random) {
    for (uint64_t i = 0; !atomic_load(&over); i++) work_some((uintptr_t)random + i, 300);
    return NULL;
}

static void *trim(void *unused) {
    while (!atomic_load(&over)) malloc_trim(0);
    return unused;
}

// Grows and drops large amounts: pages come and go, so that the release of memory is busy.
static void *swing(void *unused) {
    while (!atomic_load(&over)) grow_and_drop(24);
    return unused;
}

// The caches of these threads are full while they sleep, so that the draining of caches is busy.
static void *doze(void *random) {
    for (uint64_t i = 0; !atomic_load(&over); i++) {
        work_some((uintptr_t)random + i, 2000);
        pause_for(20);
    }
    return NULL;
}

static void start_busy(void *(*first)(void *), void *(*second)(void *), void *(*third)(void *)) {
    void *(*bodies[BUSY])(void *) = {first, second, third};
    start_keeper(&kept, torture_seed());
    keep_going(&kept, 1000);
    for (uintptr_t i = 0; i < BUSY; i++) CHECK(pthread_create(&busy[i], NULL, bodies[i], (void *)(i * 1000)) == 0);
}

static void end_busy(void) {
    atomic_store(&over, true);
    for (int i = 0; i < BUSY; i++) CHECK(pthread_join(busy[i], NULL) == 0);
    check_kept(&kept);
    drop_kept(&kept);
    if (early_check != NULL) early_check();
}

// ---- Children -------------------------------------------------------------------------------------------------------

static void *some_thread(void *unused) {
    work_some(5, 200);
    return unused;
}

static _Noreturn void be_child(int depth, bool may_make_threads) {
    alarm(CHILD_SECONDS);
    check_kept(&kept);
    if (early_check != NULL) early_check();
    keep_going(&kept, 300);
    if (depth % 2 == 0) malloc_trim(0);
    if (may_make_threads) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, some_thread, NULL) == 0 && pthread_join(thread, NULL) == 0);
    }
    // A child has a child, which has one in turn.
    for (; depth > 0; depth--) {
        pid_t child = fork();
        if (child != 0) {
            wait_for(child);
            break;
        }
        alarm(CHILD_SECONDS);
        check_kept(&kept);
        keep_going(&kept, 200);
    }
    drop_kept(&kept);
    grow_and_drop(2);
    _exit(0);
}

static void fork_often(int times) {
    for (int i = 0; i < times; i++) {
        pid_t child = fork();
        if (child == 0) be_child(i % 8 == 0 ? 3 : 0, true);
        keep_going(&kept, 50);
        wait_for(child);
    }
}

static void amid_allocations(void) {
    start_busy(allocate, allocate, allocate);
    fork_often(60);
    end_busy();
}

static void amid_trims(void) {
    start_busy(trim, trim, allocate);
    fork_often(50);
    end_busy();
}

static void amid_swings(void) {
    start_busy(swing, swing, trim);
    fork_often(50);
    end_busy();
}

static void amid_draining(void) {
    start_busy(doze, doze, swing);
    for (int i = 0; i < 30; i++) {
        fork_often(1);
        pause_for(20);
    }
    end_busy();
}

// All threads fork at once.
static void *fork_some(void *random) {
    for (int i = 0; i < 40; i++) {
        struct keeper own;
        start_keeper(&own, (uintptr_t)random + (uint64_t)i);
        keep_going(&own, 100);
        pid_t child = fork();
        if (child == 0) {
            alarm(CHILD_SECONDS);
            keep_going(&own, 100);
            drop_kept(&own);
            malloc_trim(0);
            _exit(0);
        }
        keep_going(&own, 100);
        wait_for(child);
        drop_kept(&own);
    }
    return NULL;
}

static void at_once(void) {
    atomic_store(&over, false);
    start_busy(fork_some, fork_some, fork_some);
    fork_some((void *)7);
    end_busy();
}

// ---- Handlers of the program's --------------------------------------------------------------------------------------

static struct block of_handlers;
static void before(void) {
    uint64_t random = 3;
    CHECK(make_block_of(&of_handlers, 1, 5000, &random));
    free(malloc(1 << 20));
}
static void after(void) {
    CHECK(resize_block(&of_handlers, 200000));
    work_some(9, 30);
    free_block(&of_handlers);
}

static void handlers(void) {
    CHECK(pthread_atfork(before, after, after) == 0);
    start_busy(allocate, swing, doze);
    fork_often(40);
    end_busy();
}

// ---- Without handlers -----------------------------------------------------------------------------------------------

static pthread_barrier_t parked;

static void *park(void *random) {
    struct keeper own;
    for (int i = 0; i < 12; i++) {
        start_keeper(&own, (uintptr_t)random + (uint64_t)i);
        keep_going(&own, 500);
        grow_and_drop(8);
        pthread_barrier_wait(&parked);
        pthread_barrier_wait(&parked);  // the first thread clones in between
        check_kept(&own);
        drop_kept(&own);
    }
    return NULL;
}

// Makes a child without handlers, and waits for it. Returns whether the malloc has stopped the child and said that its
// own thread was changing the heap when the child was made.
static bool clone_is_stopped(int generations) {
    int ends[2], status = 0;
    CHECK(pipe(ends) == 0);
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        be_child(generations, false);
    }
    close(ends[1]);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    char said[512] = "";
    ssize_t length = read(ends[0], said, sizeof said - 1);
    close(ends[0]);
    CHECK(length >= 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "made by clone, not fork") != NULL) return true;
    if (status != 0) DIE("a child ended with status %#x, saying '%s'", (unsigned)status, said);
    return false;
}

// A bare clone runs no handlers. No thread of the program is inside malloc then; what the malloc's own thread does
// meanwhile must not matter, except in the rare case that it was changing the heap.
static void bare_clone(void) {
    int stopped = 0;
    CHECK(pthread_barrier_init(&parked, NULL, BUSY + 1) == 0);
    start_busy(park, park, park);
    for (int i = 0; i < 12; i++) {
        pthread_barrier_wait(&parked);
        keep_going(&kept, 200);
        if (i % 3 == 0) malloc_trim(0);
        else grow_and_drop(64);
        for (int j = 0; j < 12; j++) {
            if (clone_is_stopped(j % 4 == 0 ? 1 : 0)) stopped++;
            pause_for(j);
        }
        pthread_barrier_wait(&parked);
    }
    if (stopped > 12) DIE("%d of 144 children were stopped", stopped);
    end_busy();
}

// ---- Other programs -------------------------------------------------------------------------------------------------

static char own_path[4096];

static void execute_often(bool spawns) {
    char *arguments[] = {own_path, "program", NULL};
    start_busy(allocate, swing, trim);
    for (int i = 0; i < 60; i++) {
        pid_t child = -1;
        if (spawns) {
            CHECK(posix_spawn(&child, own_path, NULL, NULL, arguments, environ) == 0);
        } else {
            child = vfork();
            if (child == 0) {
                execv(own_path, arguments);
                _exit(3);
            }
        }
        keep_going(&kept, 20);
        wait_for(child);
    }
    end_busy();
}

static void spawned(void) { execute_often(true); }
static void vforked(void) { execute_often(false); }
static void program(void) {
    alarm(CHILD_SECONDS);
    work_some(torture_seed(), 300);
}

int main(int count, char **arguments) {
    if (count < 2 || realpath(arguments[0], own_path) == NULL) return 2;
    const struct named_case cases[] = {{"amid-allocations", amid_allocations}, {"amid-trims", amid_trims},
        {"amid-swings", amid_swings}, {"amid-draining", amid_draining}, {"at-once", at_once}, {"handlers", handlers},
        {"bare-clone", bare_clone}, {"spawned", spawned}, {"vforked", vforked}, {"program", program}};
    return RUN(cases, arguments);
}
