// Runs one workload on which Benchmarks/scavenger.py measures the background worker, and prints one line of JSON.
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static atomic_bool done;

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void rest_until(int64_t nanoseconds) {
    while (now(CLOCK_MONOTONIC) < nanoseconds) usleep(1000);
}

// Returns the beginning of a small file, without a call of malloc: measuring must not be activity of the heap.
static const char *contents(const char *path) {
    static char text[256];
    int file = open(path, O_RDONLY);
    ssize_t bytes = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[bytes > 0 ? bytes : 0] = 0;
    return text;
}

static long resident_kib(void) {
    long pages = 0;
    sscanf(contents("/proc/self/statm"), "%*d %ld", &pages);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// Returns the worker, the youngest thread of its name, or 0 if there is none.
static int worker_thread(void) {
    for (int thread = getpid() + 64; thread > getpid(); thread--) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
        if (strcmp(contents(path), "pageheap\n") == 0) return thread;
    }
    return 0;
}

// Reads the nanoseconds of CPU time of a thread, and how often it was put on a processor.
static void scheduled(int thread, int64_t *used, long *times) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/schedstat", thread);
    *used = *times = 0;
    sscanf(contents(path), "%" SCNd64 " %*d %ld", used, times);
}

static char **fill(size_t count, size_t bytes) {
    char **blocks = malloc(count * sizeof *blocks);
    for (size_t i = 0; i < count; i++) memset(blocks[i] = malloc(bytes), 1, bytes);
    return blocks;
}

// Prints a sample each tenth of a second: milliseconds, the worker's CPU microseconds, resident MiB.
static void sample(double seconds, long enough_kib) {
    int64_t start = now(CLOCK_MONOTONIC);
    int thread = 0;
    printf("\"samples\": [");
    for (int i = 0; i < seconds * 10; i++) {
        rest_until(start + i * 100000000LL);
        if (thread == 0) thread = worker_thread();
        int64_t used = 0;
        long times, kib = resident_kib();
        if (thread != 0) scheduled(thread, &used, &times);
        printf("%s[%lld, %lld, %ld]", i ? ", " : "", (long long)(now(CLOCK_MONOTONIC) - start) / 1000000,
               (long long)used / 1000, kib / 1024);
        if (kib < enough_kib) break;
    }
    printf("]");
}

// Makes a backlog for the worker: allocates pieces of some KiB, and frees every second one.
static void backlog(long total_mib, long piece_kib, double seconds) {
    size_t bytes = (size_t)piece_kib << 10, count = ((size_t)total_mib << 20) / bytes;
    char **blocks = fill(count, bytes);
    for (size_t i = 0; i < count; i += 2) free(blocks[i]);
    printf("{\"kept\": %ld, ", total_mib / 2);
    sample(seconds, 0);
    printf("}\n");
}

// Frees all but a tenth, to show how long it takes until resident memory has followed.
static void follow(long total_mib, long piece_kib, double seconds) {
    size_t bytes = (size_t)piece_kib << 10, count = ((size_t)total_mib << 20) / bytes;
    long before = resident_kib();
    char **blocks = fill(count, bytes);
    for (size_t i = 0; i < count; i++) if (i % 10) free(blocks[i]);
    long kept = (long)(total_mib * 1024 / 10) + before;
    printf("{\"kept\": %ld, ", kept / 1024);
    sample(seconds, kept * 115 / 100);
    printf("}\n");
}

// Counts how often the worker wakes up in ten seconds if there is nothing to give back.
static void idle(void) {
    char **blocks = fill(4000, 65536);
    for (int i = 0; i < 4000; i++) free(blocks[i]);
    int thread = 0;
    for (int i = 0; i < 300 && (thread = worker_thread()) == 0; i++) usleep(10000);
    int64_t used = -1, before = -2;
    long times = 0, times_before = 0;
    // Waits until it has parked, which is when it has used no CPU time for three seconds.
    for (int i = 0; i < 30 && used != before; i++) {
        before = used;
        sleep(3);
        scheduled(thread, &used, &times_before);
    }
    before = used;
    sleep(10);
    scheduled(thread, &used, &times);
    printf("{\"wakeUps\": %ld, \"nanoseconds\": %lld, \"resident\": %ld}\n", times - times_before,
           (long long)(used - before), resident_kib() / 1024);
}

enum { BUCKETS = 4096 };  // of 64 ns, up to 262 microseconds; the last one counts all longer times, too
struct times {
    uint32_t counts[BUCKETS];
    int64_t longest;
};
static struct times times_of[2];

static int64_t measured(struct times *times, int64_t start) {
    int64_t taken = now(CLOCK_MONOTONIC) - start;
    if (taken > times->longest) times->longest = taken;
    return taken;
}

static void *busy(void *argument) {
    struct times *times = argument;
    uint64_t random = (uintptr_t)times | 1;
    void *live[64] = {NULL};
    while (!atomic_load_explicit(&done, memory_order_relaxed)) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        void **slot = &live[random % 64];
        int64_t start = now(CLOCK_MONOTONIC);
        free(*slot);
        measured(times, start);
        size_t bytes = ((random >> 16) % 30 + 5) * 8192;
        start = now(CLOCK_MONOTONIC);
        *slot = malloc(bytes);
        int64_t bucket = measured(times, start) / 64;
        times->counts[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    }
    for (int i = 0; i < 64; i++) free(live[i]);
    return NULL;
}

static double percentile(double share) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) total += times_of[0].counts[i] + times_of[1].counts[i];
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += times_of[0].counts[i] + times_of[1].counts[i]) >= share * (double)total) return (i + 1) * 64;
    return BUCKETS * 64;
}

// Measures allocations of pages in one thread or two while much memory goes back, and the longest call of malloc or free.
static void latency(long total_mib, double seconds, int count_of_threads) {
    size_t count = ((size_t)total_mib << 20) / 65536;
    char **blocks = fill(count, 65536);
    for (size_t i = 0; i < count; i += 2) free(blocks[i]);
    long full = resident_kib();
    pthread_t threads[2];
    for (int i = 0; i < count_of_threads; i++) pthread_create(&threads[i], NULL, busy, &times_of[i]);
    usleep((useconds_t)(seconds * 1e6));
    atomic_store(&done, 1);
    for (int i = 0; i < count_of_threads; i++) pthread_join(threads[i], NULL);
    int64_t longest = times_of[0].longest > times_of[1].longest ? times_of[0].longest : times_of[1].longest;
    printf("{\"p50\": %.0f, \"p99\": %.0f, \"p999\": %.0f, \"longest\": %lld, \"returned\": %ld}\n", percentile(0.5),
           percentile(0.99), percentile(0.999), (long long)longest, (full - resident_kib()) / 1024);
}

static void *sleeping(void *unused) {
    for (;;) pause();
    return unused;
}

// Measures the kernel alone: CPU milliseconds per GiB, with one call for every second piece, beside a sleeping thread.
static void bare(long total_mib, long piece_kib) {
    pthread_t thread;
    pthread_create(&thread, NULL, sleeping, NULL);
    size_t bytes = (size_t)total_mib << 20, piece = (size_t)piece_kib << 10;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, bytes);
    int64_t start = now(CLOCK_THREAD_CPUTIME_ID);
    for (size_t at = 0; at < bytes; at += 2 * piece) madvise(memory + at, piece, MADV_DONTNEED);
    double milliseconds = (double)(now(CLOCK_THREAD_CPUTIME_ID) - start) / 1e6;
    printf("{\"millisecondsPerGiB\": %.1f}\n", milliseconds / ((double)bytes / 2 / (1 << 30)));
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    long one = count > 2 ? atol(arguments[2]) : 0, two = count > 3 ? atol(arguments[3]) : 0;
    double three = count > 4 ? atof(arguments[4]) : 0;
    if (strcmp(what, "backlog") == 0) backlog(one, two, three);
    else if (strcmp(what, "follow") == 0) follow(one, two, three);
    else if (strcmp(what, "idle") == 0) idle();
    else if (strcmp(what, "latency") == 0) latency(one, (double)two, three == 1 ? 1 : 2);
    else if (strcmp(what, "bare") == 0) bare(one, two);
    else return fprintf(stderr, "scavenger: backlog, follow, idle, latency or bare\n"), 2;
    return 0;
}
