// Programs whose sampled allocations are looked at from outside.
#include "check.h"

static void *kept[4096];

// Blocks that are in use at the end.
static __attribute__((noinline)) void hold_here(size_t bytes, int count) {
    for (int i = 0; i < count; i++) CHECK((kept[i] = malloc(bytes)) != NULL);
}

static __attribute__((noinline)) void drop_here(void) {
    for (int i = 0; i < 100; i++) free(malloc(5000));
}

static void hold(void) {
    hold_here(1000, 100);
    drop_here();
}

// Of 2,048 blocks of 256 bytes, one in 64 stays: a page holds 16.
static __attribute__((noinline)) void pin_here(void) {
    static void *blocks[2048];
    for (int i = 0; i < 2048; i++) CHECK((blocks[i] = malloc(256)) != NULL);
    for (int i = 0; i < 2048; i++) {
        if (i % 64 == 0) kept[i / 64] = blocks[i];
        else free(blocks[i]);
    }
}

static void pin(void) { pin_here(); }

// A block that a debugger knows by its size.
static void one(void) {
    void *block = malloc(3333333);
    CHECK(block != NULL);
    free(block);
}

// Threads that hand blocks to each other, resize them and fork; children exit as programs do.
static _Atomic(void *) places[64];

static void *work(void *argument) {
    uint64_t state = seed + (uintptr_t)argument;
    for (int i = 0; i < 20000; i++) {
        size_t bytes = random_size(&state) + 1;
        char *block = next_random(&state) % 4 == 0 ? calloc(1, bytes) : malloc(bytes);
        CHECK(block != NULL);
        if (next_random(&state) % 4 == 0) CHECK((block = realloc(block, random_size(&state) + 1)) != NULL);
        free(atomic_exchange(&places[next_random(&state) % 64], block));
        if (i % 5000 == 4999) {
            pid_t child = fork();
            CHECK(child >= 0);
            if (child == 0) {
                for (int j = 0; j < 64; j++) free(atomic_exchange(&places[j], malloc(100)));
                exit(0);
            }
            int status;
            CHECK(waitpid(child, &status, 0) == child && status == 0);
        }
    }
    return NULL;
}

static void busy(void) {
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int count, char **arguments) {
    (void)count;
    static const struct check checks[] = {{"hold", hold}, {"pin", pin}, {"one", one}, {"busy", busy}};
    return RUN(checks, arguments);
}
