// Code that all workloads share: random numbers with a fixed seed, clocks, blocks replaced at random, blocks that show whether
// they were overwritten, threads, and the line of
// JSON at the end of each workload: wall-clock and CPU nanoseconds per operation (CPU of all threads, including the
// allocator's), and resident KiB at the peak and at the end.
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Thread_local uint64_t state = 0x9E3779B97F4A7C15;

// Begins the sequence of a number; each number has a sequence of its own.
static inline void seed(uint64_t number) { state = 0x9E3779B97F4A7C15 ^ (number * 0xD1342543DE82EF95); }

static inline uint64_t below(uint64_t limit) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return ((state * 0x2545F4914F6CDD1D) >> 11) % limit;
}

// Makes the compiler assume that the pointer is used, so that it cannot leave the allocation out.
static inline void keep(void *pointer) { __asm__ volatile("" : : "r"(pointer) : "memory"); }

typedef uint64_t Size(void);
static inline uint64_t small(void) { return 16 + below(241); }
// Sizes of 16 bytes to 64 KiB; each doubling is less likely than the one below it.
static inline uint64_t skewed(void) {
    uint64_t base = 16ULL << below(1 + below(12));
    return base + below(base);
}

// Replaces blocks of an array, which may be NULL, at random.
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

// Ends the program if memory is not as the workload left it.
static inline void must(int holds, const char *text) {
    if (holds) return;
    fprintf(stderr, "not as it should be: %s\n", text);
    _Exit(1);
}

// Returns a block of 8 bytes or more that has its size at its start and at its end.
static inline void *stamped(size_t size) {
    char *block = malloc(size);
    *(uint32_t *)block = size;
    block[size - 1] = size;
    return block;
}

// Frees a stamped block, or NULL. The size at its start and at its end must be the same.
static inline void free_stamped(void *block) {
    uint32_t size = block ? *(uint32_t *)block : 0;
    must(size == 0 || ((char *)block)[size - 1] == (char)size, "a block");
    free(block);
}

enum { MOST_THREADS = 1024 };

// Runs `count` threads to their end. Each gets its number, from 1 on.
static inline void in_threads(long count, void *work(void *)) {
    pthread_t started[MOST_THREADS];
    for (long i = 0; i < count; i++) {
        if (pthread_create(&started[i], NULL, work, (void *)(i + 1)) != 0) abort();
    }
    for (long i = 0; i < count; i++) pthread_join(started[i], NULL);
}

// Returns the count of threads that a word of the command line names, or 0 if it is none.
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

// Returns a figure of /proc/self/status in KiB.
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

// One of several workloads in a program. `work` runs it in the given number of threads, and returns the number of operations.
typedef struct {
    const char *name;
    double (*work)(long threads);
} Workload;

// Runs and reports the workload that the words of the command line name: NAME, and THREADS if there are more than one.
static inline int run(const Workload *workloads, int count, char **arguments, const char *text) {
    long threads = count > 2 ? thread_count(arguments[2]) : 1;
    for (; count > 1 && threads > 0 && workloads->name; workloads++) {
        if (strcmp(arguments[1], workloads->name) != 0) continue;
        Instant start = now();
        double operations = workloads->work(threads);
        report(start, operations);
        return 0;
    }
    return usage(text);
}
