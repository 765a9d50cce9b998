// Forks while other threads allocate: the child finds a sound heap, and can use it.
#include "check.h"
#include <spawn.h>
#include <stdatomic.h>

extern char **environ;
static atomic_bool done;

static void *allocating(void *number) {
    enum { SLOTS = 200 };
    unsigned char *blocks[SLOTS] = {NULL};
    uint64_t random = seed + (uintptr_t)number;
    while (!atomic_load(&done)) {
        unsigned char **slot = &blocks[next_random(&random) % SLOTS];
        if (*slot != NULL) check_and_free(*slot);
        *slot = make_block(random_size(&random), (unsigned char)random);
    }
    for (int i = 0; i < SLOTS; i++) if (blocks[i] != NULL) check_and_free(blocks[i]);
    return NULL;
}

static pthread_t threads[3];
static void start_threads(void) {
    for (uintptr_t i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, allocating, (void *)i) == 0);
}

static void end_threads(void) {
    atomic_store(&done, 1);
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    atomic_store(&done, 0);
}

enum { INHERITED = 500 };
static unsigned char *inherited[INHERITED];

static void make_inheritance(void) {
    uint64_t random = seed;
    for (int i = 0; i < INHERITED; i++) inherited[i] = make_block(random_size(&random), (unsigned char)i);
}

static void free_inheritance(void) {
    for (int i = 0; i < INHERITED; i++) check_and_free(inherited[i]);
}

// The alarm ends a child that hangs.
static void live_as_child(int number) {
    alarm(60);
    uint64_t random = seed + (uint64_t)number;
    free_inheritance();
    for (int i = 0; i < 500; i++) check_and_free(make_block(random_size(&random), (unsigned char)i));
}

static void many(void) {
    make_inheritance();
    start_threads();
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) {
            live_as_child(i);
            if (i % 2) exit(0);
            _exit(0);
        }
        wait_for(child);
    }
    end_threads();
    free_inheritance();
}

// Many children at once, and a parent that frees and trims meanwhile.
static void at_once(void) {
    extern int malloc_trim(size_t);
    make_inheritance();
    start_threads();
    pid_t children[20];
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                live_as_child(i);
                malloc_trim(0);
                _exit(0);
            }
            malloc_trim(0);
        }
        for (int i = 0; i < 20; i++) wait_for(children[i]);
    }
    end_threads();
    free_inheritance();
}

static void nest(int depth) {
    start_threads();
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        if (depth > 0) nest(depth - 1);
        free_inheritance();
        exit(0);
    }
    wait_for(child);
    end_threads();
}

// A child has a child, which has one in turn, each with threads of its own.
static void nested(void) {
    make_inheritance();
    for (int i = 0; i < 5; i++) nest(6);
    free_inheritance();
}

static void *forking(void *number) {
    for (int i = 0; i < 30; i++) {
        pid_t child = fork();
        if (child == 0) {
            live_as_child((int)(uintptr_t)number * 100 + i);
            _exit(0);
        }
        wait_for(child);
    }
    return NULL;
}

// Several threads fork at the same time.
static void from_threads(void) {
    make_inheritance();
    start_threads();
    pthread_t forkers[4];
    for (uintptr_t i = 0; i < 4; i++) CHECK(pthread_create(&forkers[i], NULL, forking, (void *)i) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(forkers[i], NULL) == 0);
    end_threads();
    free_inheritance();
}

// Ways to start a program that share the parent's memory for a moment.
static void spawned(void) {
    start_threads();
    char *arguments[] = {"true", NULL};
    for (int i = 0; i < 100; i++) {
        pid_t child;
        CHECK(posix_spawnp(&child, "true", NULL, NULL, arguments, environ) == 0);
        wait_for(child);
        child = vfork();
        if (child == 0) {
            execvp("true", arguments);
            _exit(1);
        }
        wait_for(child);
        if (i % 10 == 0) CHECK(system("exit 0") == 0);
    }
    end_threads();
}

// A child uses much more than it inherits, and a worker of its own releases it.
static void grows(void) {
    enum { COUNT = 100000 };
    static void *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = memset(malloc(500), 1, 500);
    pid_t child = fork();
    if (child == 0) {
        alarm(100);
        for (int i = 0; i < COUNT; i++) blocks[i] = memset(realloc(blocks[i], 1500), 2, 1500);
        long full = resident_kib();
        for (int i = 0; i < COUNT; i++) free(blocks[i]);
        while (resident_kib() > full / 5) usleep(10000);
        _exit(0);
    }
    wait_for(child);
    for (int i = 0; i < COUNT; i++) CHECK(((char *)blocks[i])[499] == 1);
}

// A child that only frees what it inherited gets a worker, too.
static void frees(void) {
    enum { COUNT = 100000 };
    static void *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = memset(malloc(1000), 1, 1000);
    pid_t child = fork();
    if (child == 0) {
        alarm(100);
        long full = resident_kib();
        for (int i = 0; i < COUNT; i++) free(blocks[i]);
        while (resident_kib() > full / 5) usleep(10000);
        _exit(0);
    }
    wait_for(child);
    for (int i = 0; i < COUNT; i++) CHECK(((char *)blocks[i])[999] == 1);
}

static void *allocating_little(void *number) {
    uint64_t random = seed + (uintptr_t)number;
    while (!atomic_load(&done)) {
        void *blocks[64];
        for (int i = 0; i < 64; i++) CHECK((blocks[i] = malloc(next_random(&random) % 20000 + 1)) != NULL);
        for (int i = 0; i < 64; i++) free(blocks[i]);
    }
    return NULL;
}

// After each fork, threads with the smallest stack do what the worker does otherwise.
static void small_stacks(void) {
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
    for (uintptr_t i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], &attributes, allocating_little, (void *)i) == 0);
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        wait_for(child);
        usleep(1000);
    }
    end_threads();
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"many", many}, {"at-once", at_once}, {"nested", nested}, {"from-threads", from_threads},
        {"spawned", spawned}, {"grows", grows}, {"frees", frees}, {"small-stacks", small_stacks}};
    return RUN(checks, arguments);
}
