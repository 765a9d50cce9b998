// growth [IDLE]: 1 GiB of mixed sizes grows, a random 90 % is dropped, and it grows again after IDLE seconds (default 0).
// Each block is written at its start, its end and once in each 4 KiB. From the drop on, each malloc and free is timed alone, by
// clock_gettime, whose own time is included. The program's own records lie outside the malloc.
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../Throughput/workload.h"

#define TOTAL (1ULL << 30)
enum { MOST = 2000000, QUANTILES = 4096 };

// Sizes of 16 bytes to 64 KiB, most of them small: the density falls with the power 1.537 of the size. The mean is 865 bytes.
static uint32_t quantiles[QUANTILES];

static void prepare_sizes(void) {
    const double power = 0.537, first = pow(16, -power), last = pow(65536, -power);
    for (int i = 0; i < QUANTILES; i++)
        quantiles[i] = pow(first - (i + 0.5) / QUANTILES * (first - last), -1 / power);
}

static void *outside(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) abort();
    return memory;
}

static char **blocks;
static uint32_t *sizes, *times;
static long count, timed;
static double longest_malloc, longest_free;

static void touch(char *block, size_t size) {
    for (size_t i = 0; i < size; i += 4096) block[i] = 1;
    block[size - 1] = 1;
}

static void grow(void) {
    for (long i = 0; i < count; i++) {
        blocks[i] = malloc(sizes[i]);
        if (!blocks[i]) abort();
        touch(blocks[i], sizes[i]);
    }
}

static void shuffle(void) {
    for (long i = count - 1; i > 0; i--) {
        long other = below(i + 1);
        char *block = blocks[i];
        uint32_t size = sizes[i];
        blocks[i] = blocks[other], sizes[i] = sizes[other];
        blocks[other] = block, sizes[other] = size;
    }
}

static void drop(void) {
    for (long i = 0; i < count / 10 * 9; i++) {
        double start = nanoseconds(CLOCK_MONOTONIC);
        free(blocks[i]);
        double time = nanoseconds(CLOCK_MONOTONIC) - start;
        if (time > longest_free) longest_free = time;
    }
}

static void grow_again(void) {
    for (long i = 0; i < count / 10 * 9; i++) {
        double start = nanoseconds(CLOCK_MONOTONIC);
        blocks[i] = malloc(sizes[i]);
        double time = nanoseconds(CLOCK_MONOTONIC) - start;
        if (!blocks[i]) abort();
        if (time > longest_malloc) longest_malloc = time;
        times[timed++] = time;
        touch(blocks[i], sizes[i]);
    }
}

static int by_value(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static double cpu_seconds(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID) / 1e9; }

int main(int words, char **arguments) {
    int idle = words > 1 ? atoi(arguments[1]) : 0;
    prepare_sizes();
    blocks = outside(MOST * sizeof *blocks);
    sizes = outside(MOST * sizeof *sizes);
    times = outside(MOST * sizeof *times);
    for (uint64_t total = 0; total < TOTAL && count < MOST; total += sizes[count++]) sizes[count] = quantiles[below(QUANTILES)];

    double start = cpu_seconds();
    grow();
    double grown = cpu_seconds();
    long peak = status("VmRSS");
    shuffle();
    double before_drop = cpu_seconds();
    drop();
    double dropped = cpu_seconds();
    sleep(idle);
    long kept = status("VmRSS");
    double before_again = cpu_seconds();
    grow_again();
    double again = cpu_seconds();
    qsort(times, timed, sizeof *times, by_value);
    printf("{\"blocks\": %ld, \"growCPU\": %.4f, \"dropCPU\": %.4f, \"idleCPU\": %.4f, \"againCPU\": %.4f,", count,
           grown - start, dropped - before_drop, before_again - dropped, again - before_again);
    printf(" \"mallocMedianNs\": %u, \"malloc999Ns\": %u, \"longestMallocNs\": %.0f, \"longestFreeNs\": %.0f,",
           times[timed / 2], times[timed / 1000 * 999], longest_malloc, longest_free);
    printf(" \"peakKiB\": %ld, \"droppedKiB\": %ld}\n", peak, kept);
    return 0;
}
