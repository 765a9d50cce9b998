// What the test programs share: a check that names its line, sub-commands, pseudo-random numbers, resident memory.
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);   \
            _exit(1);                                                                 \
        }                                                                             \
    } while (0)

struct check {
    const char *name;
    void (*body)(void);
};

// Runs the check that the program's first argument names; the second one, if any, seeds the random numbers.
#define RUN(checks, arguments) run_check(checks, sizeof checks / sizeof *checks, arguments)

static uint64_t seed = 1;

static inline int run_check(const struct check *checks, size_t count, char **arguments) {
    if (arguments[1] != NULL && arguments[2] != NULL) seed = strtoull(arguments[2], NULL, 10);
    for (size_t i = 0; arguments[1] != NULL && i < count; i++) {
        if (strcmp(checks[i].name, arguments[1]) != 0) continue;
        checks[i].body();
        return 0;
    }
    fprintf(stderr, "no such check\n");
    return 2;
}

// splitmix64
static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

// Mostly small, sometimes some pages, rarely large.
static inline size_t random_size(uint64_t *state) {
    uint64_t kind = next_random(state) % 1000;
    return next_random(state) % (kind < 900 ? 512 : kind < 990 ? 8192 : kind < 999 ? 65536 : 1 << 20);
}

// Makes a block that records its size and is filled with a pattern, so that any overlap is noticed.
static inline unsigned char *make_block(size_t size, unsigned char pattern) {
    size += sizeof(size_t) + 1;
    unsigned char *block = malloc(size);
    CHECK(block != NULL);
    memset(block, pattern, size);
    memcpy(block, &size, sizeof size);
    return block;
}

static inline void check_and_free(unsigned char *block) {
    size_t size;
    memcpy(&size, block, sizeof size);
    for (size_t i = sizeof size; i < size; i++) CHECK(block[i] == block[size - 1]);
    free(block);
}

// Replaces blocks at random, up to a hundred at a time, until it is told to stop.
static inline void replace_blocks(const atomic_bool *done, uint64_t random) {
    unsigned char *held[100] = {NULL};
    while (!atomic_load(done)) {
        unsigned char **slot = &held[next_random(&random) % 100];
        if (*slot != NULL) check_and_free(*slot);
        *slot = make_block(random_size(&random), 1);
    }
    for (int i = 0; i < 100; i++)
        if (held[i] != NULL) check_and_free(held[i]);
}

// A figure of a file like /proc/self/status, in KiB; -1 if there is none.
static inline long kib_in(const char *path, const char *name) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return -1;
    char line[256];
    long kib = -1;
    while (kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0) kib = strtol(line + strlen(name), NULL, 10);
    fclose(file);
    return kib;
}

static inline long resident_kib(void) {
    long kib = kib_in("/proc/self/smaps_rollup", "Rss:");
    return kib >= 0 ? kib : kib_in("/proc/self/status", "VmRSS:");
}

// Waits for a child, which must succeed.
static inline void wait_for(pid_t child) {
    int status;
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0) fprintf(stderr, "child's status: %#x\n", status);
    CHECK(status == 0);
}

// Grows the heap by a block, and frees it.
static inline void drop(int mebibytes) {
    char *block = malloc((size_t)mebibytes << 20);
    CHECK(block != NULL);
    memset(block, 1, (size_t)mebibytes << 20);
    free(block);
}

#endif
