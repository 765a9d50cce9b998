// Memory that the program has freed returns to the system: in time, or at once on request.
#include "check.h"
#include <malloc.h>
#include <stdatomic.h>

enum { COUNT = 200000 };
static unsigned char *blocks[COUNT];
static long before;

// About 100 MiB in blocks of all sizes.
static void fill(void) {
    before = resident_kib();
    uint64_t random = seed;
    for (int i = 0; i < COUNT; i++) {
        size_t size = i % 2000 == 0 ? 300000 : i % 100 == 0 ? 5000 : next_random(&random) % 600;
        blocks[i] = memset(malloc(size), 1, size);
    }
    CHECK(resident_kib() - before > 80 << 10);
}

static void empty(void) {
    for (int i = 0; i < COUNT; i++) free(blocks[i]);
}

// Waits until less is resident; the test's own deadline ends a program that waits in vain.
static void wait_until_below(long kib) {
    while (resident_kib() - before > kib) usleep(10000);
}

static void by_and_by(void) {
    fill();
    empty();
    wait_until_below(12 << 10);
}

static void repeatedly(void) {
    long first = resident_kib();
    for (int i = 0; i < 4; i++) {
        fill();
        empty();
        malloc_trim(0);
        CHECK(resident_kib() - first < 12 << 10);
    }
}

// Runs without the worker, so that no other thread releases memory: the result of malloc_trim is truthful.
static void trimmed(void) {
    fill();
    CHECK(resident_kib() - before > 80 << 10);
    empty();
    int first = malloc_trim(0), second = malloc_trim(0);
    CHECK(first == 1 && second == 0);
    CHECK(resident_kib() - before < 12 << 10);
}

// A few blocks that stay do not keep the rest.
static void sparse(void) {
    fill();
    for (int i = 0; i < COUNT; i++) if (i % 1000 != 0) free(blocks[i]);
    malloc_trim(0);
    CHECK(resident_kib() - before < 70 << 10);
    for (int i = 0; i < COUNT; i += 1000) CHECK(blocks[i][0] == 1);
}

static atomic_int stage;
static void *freeing(void *unused) {
    fill();
    empty();
    atomic_store(&stage, 1);
    while (atomic_load(&stage) == 1) pause();
    return unused;
}

// The thread that freed it all sleeps for ever with its cache full.
static void parked(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, freeing, NULL) == 0);
    while (atomic_load(&stage) == 0) usleep(1000);
    wait_until_below(12 << 10);
}

// Nobody reads the pipe that standard error is, and more lines are written than it holds: the rest are lost, each as a whole.
static void unread(void) {
    int ends[2], standard_error = dup(STDERR_FILENO);
    CHECK(standard_error >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    for (int i = 0; i < 2000; i++) {
        free(memset(malloc(300000), 1, 300000));
        malloc_trim(0);
    }
    CHECK(dup2(standard_error, STDERR_FILENO) == STDERR_FILENO && close(ends[1]) == 0);
    static char text[1 << 20];
    size_t length = 0;
    for (ssize_t part; (part = read(ends[0], text + length, sizeof text - length)) > 0;) length += (size_t)part;
    CHECK(length > 32 << 10 && text[length - 1] == '\n');
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"by-and-by", by_and_by}, {"repeatedly", repeatedly}, {"trimmed", trimmed}, {"sparse", sparse},
        {"parked", parked}, {"unread", unread}};
    return RUN(checks, arguments);
}
