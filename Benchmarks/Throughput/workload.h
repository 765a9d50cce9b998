// What the workloads share: random numbers with a fixed seed, clocks, blocks replaced at random, threads, and the line of JSON
// that each ends with: wall-clock and CPU nanoseconds an operation (CPU of all threads, the allocator's own too), and resident
// KiB at the peak and at the end.
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Thread_local uint64_t state = 0x9E3779B97F4A7C15;

// Another sequence for each number.
static inline void seed(uint64_t number) { state = 0x9E3779B97F4A7C15 ^ (number * 0xD1342543DE82EF95); }

static inline uint64_t below(uint64_t limit) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return ((state * 0x2545F4914F6CDD1D) >> 11) % limit;
}

// The compiler must believe that somebody looks at it.
static inline void keep(void *pointer) { __asm__ volatile("" : : "r"(pointer) : "memory"); }

typedef uint64_t Size(void);
static inline uint64_t small(void) { return 16 + below(241); }
// 16 bytes to 64 KiB, each doubling less likely than the one below it.
static inline uint64_t skewed(void) {
    uint64_t base = 16ULL << below(1 + below(12));
    return base + below(base);
}

// Blocks of an array, which may be NULL, replaced at random.
static inline void replace(void **blocks, long live, Size *size, long operations) {
    for (long i = 0; i < operations; i++) {
        long place = below(live);
        free(blocks[place]);
        char *block = malloc(size());
        *block = 1;
        blocks[place] = block;
    }
}

static inline void free_all(void **blocks, long count) {
    for (long i = 0; i < count; i++) free(blocks[i]);
}

enum { MOST_THREADS = 1024 };

// Runs so many threads to their end; each gets its number, from 1 on.
static inline void in_threads(long count, void *work(void *)) {
    pthread_t started[MOST_THREADS];
    for (long i = 0; i < count; i++) {
        if (pthread_create(&started[i], NULL, work, (void *)(i + 1)) != 0) abort();
    }
    for (long i = 0; i < count; i++) pthread_join(started[i], NULL);
}

// A count of threads in the command line; 0 if it is none.
static inline long thread_count(const char *word) {
    long count = word ? atol(word) : 0;
    return count >= 1 && count <= MOST_THREADS ? count : 0;
}

static inline double nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

typedef struct {
    double wall, cpu;
} Instant;

static inline Instant now(void) {
    return (Instant){nanoseconds(CLOCK_MONOTONIC), nanoseconds(CLOCK_PROCESS_CPUTIME_ID)};
}

// A figure of /proc/self/status in KiB.
static inline long status(const char *key) {
    char line[256];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) value = atol(line + strlen(key) + 1);
    if (file) fclose(file);
    return value;
}

static inline void report(Instant start, double operations) {
    Instant end = now();
    printf("{\"ns\": %.3f, \"cpuNs\": %.3f, \"peakKiB\": %ld, \"endKiB\": %ld}\n", (end.wall - start.wall) / operations,
           (end.cpu - start.cpu) / operations, status("VmHWM"), status("VmRSS"));
}

static inline int usage(const char *text) {
    fprintf(stderr, "usage: %s\n", text);
    return 64;
}
