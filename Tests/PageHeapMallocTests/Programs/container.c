// A program in a container, as the files below PAGEHEAP_SYSTEM_ROOT describe it. The program changes them as it runs.
#include "check.h"
#include "pageheap.h"
#include <time.h>

#pragma weak pageheap_statistics
#pragma weak pageheap_get_memory_limit
#pragma weak pageheap_set_memory_limit

static void write_file(const char *name, long long number) {
    char path[4096];
    snprintf(path, sizeof path, "%s/sys/fs/cgroup/box/%s", getenv("PAGEHEAP_SYSTEM_ROOT"), name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fprintf(file, "%lld\n", number);
    CHECK(fclose(file) == 0);
}

static struct pageheap_statistics figures(void) {
    struct pageheap_statistics all = {.size = sizeof all};
    CHECK(pageheap_statistics(&all) == 0);
    return all;
}

static uint64_t mapped(void) {
    struct pageheap_statistics all = figures();
    return all.in_use_bytes + all.cached_bytes + all.free_retained_bytes + all.metadata_bytes;
}

// Takes fresh memory and gives it back to the kernel, until a limit from the given origin is in force.
static uint64_t work_until(uint64_t origin, uint64_t least, uint64_t most) {
    static void *blocks[1000];
    while (true) {
        for (int i = 0; i < 1000; i++) {
            blocks[i] = malloc(10000);
            CHECK(blocks[i] != NULL);
            memset(blocks[i], 1, 10000);
        }
        for (int i = 0; i < 1000; i++) free(blocks[i]);
        uint64_t limit = pageheap_get_memory_limit();
        if (figures().memory_limit_origin == origin && limit >= least && limit <= most) return limit;
        struct timespec pause = {0, 5000000};
        nanosleep(&pause, NULL);
        drop(40);
    }
}

static void follows(void) {
    const uint64_t mebibyte = 1 << 20;
    unsigned char *live = malloc(64 * mebibyte);
    CHECK(live != NULL);
    memset(live, 1, 64 * mebibyte);
    write_file("memory.current", 100 * mebibyte);
    write_file("memory.max", 400 * mebibyte);
    // The heap has some 64 to 120 MiB, and 280 MiB are left.
    work_until(2, 344 * mebibyte, 420 * mebibyte);
    write_file("memory.max", 170 * mebibyte);
    work_until(2, 125 * mebibyte, 200 * mebibyte);
    write_file("memory.high", 106 * mebibyte);
    work_until(2, 64 * mebibyte, 124 * mebibyte);
    CHECK(pageheap_set_memory_limit(PAGEHEAP_NONE) == 0);
    CHECK(pageheap_get_memory_limit() == PAGEHEAP_NONE && figures().memory_limit_origin == 0);
    CHECK(mapped() >= 64 * mebibyte);
}

// A setting is in force: the container's limit makes no difference.
static void ignores(void) {
    uint64_t limit = pageheap_get_memory_limit();
    write_file("memory.current", 1 << 20);
    write_file("memory.max", 100 << 20);
    for (int i = 0; i < 50; i++) drop(40);
    CHECK(pageheap_get_memory_limit() == limit);
    CHECK(figures().memory_limit_origin == (limit == PAGEHEAP_NONE ? 0 : 1));
}

// Tasks of the container begin to wait for memory, and wait all of the time. Every reading but the first one finds that.
static void pressed(void) {
    struct timespec pause = {0, 5000000};
    while (figures().pressure_findings_total < 2) {
        struct timespec now;
        CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
        char path[4096];
        snprintf(path, sizeof path, "%s/sys/fs/cgroup/box/memory.pressure", getenv("PAGEHEAP_SYSTEM_ROOT"));
        FILE *file = fopen(path, "w");
        CHECK(file != NULL);
        fprintf(file, "some avg10=99.00 avg60=99.00 avg300=99.00 total=%lld\n", now.tv_sec * 1000000LL + now.tv_nsec / 1000);
        CHECK(fclose(file) == 0);
        drop(40);
        nanosleep(&pause, NULL);
    }
}

// Descriptors of the program keep their numbers, and none is added.
static void descriptors(void) {
    write_file("memory.current", 1 << 20);
    write_file("memory.max", 400 << 20);
    work_until(2, 0, UINT64_MAX);
    int next = dup(0);
    CHECK(next >= 0 && close(next) == 0);
    for (int number = 3; number < 1024; number++) close(number);
    struct timespec pause = {0, 5000000};
    for (int i = 0; i < 300; i++) {
        drop(40);
        CHECK(dup(0) == 3 && close(3) == 0);
        nanosleep(&pause, NULL);
    }
}

int main(int count, char **arguments) {
    static const struct check checks[] = {{"follows", follows}, {"ignores", ignores}, {"descriptors", descriptors}, {"pressed", pressed}};
    (void)count;
    return RUN(checks, arguments);
}
