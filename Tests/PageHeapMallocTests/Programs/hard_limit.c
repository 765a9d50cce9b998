// The hard limit: no entry point of malloc exceeds it, each fails with ENOMEM, and idle memory is given back first.
#include "check.h"
#include "pageheap.h"
#include <malloc.h>

#pragma weak pageheap_statistics
#pragma weak pageheap_get_hard_limit
#pragma weak pageheap_set_hard_limit
#pragma weak pageheap_get_memory_limit

enum { MEBIBYTE = 1 << 20 };

// What the limit counts.
static uint64_t counted(void) {
    struct pageheap_statistics all = {.size = sizeof all};
    CHECK(pageheap_statistics(&all) == 0);
    return all.system_bytes - all.released_bytes + all.metadata_bytes;
}

static void check_limit(uint64_t limit) { CHECK(counted() <= limit + limit / 1000); }

// Takes blocks until there is no more memory; returns how many bytes there were.
static size_t take_all(size_t size, void ***chain) {
    size_t total = 0;
    errno = 0;
    for (void **block; (block = malloc(size)) != NULL; total += size) {
        *block = *chain;
        *chain = block;
    }
    CHECK(errno == ENOMEM);
    return total;
}

static void give_all(void **chain) {
    while (chain != NULL) {
        void **next = *chain;
        free(chain);
        chain = next;
    }
}

static void entry_points(void) {
    const uint64_t limit = 64 * MEBIBYTE;
    CHECK(pageheap_get_hard_limit() == limit && pageheap_get_memory_limit() == limit);
    unsigned char *large = malloc(40 * MEBIBYTE);
    CHECK(large != NULL);
    memset(large, 1, 40 * MEBIBYTE);
    void *aligned = &aligned;
    errno = 0;
    CHECK(malloc(30 * MEBIBYTE) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(30, MEBIBYTE) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(realloc(large, 70 * MEBIBYTE) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(aligned_alloc(4096, 30 * MEBIBYTE) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(posix_memalign(&aligned, 1 << 16, 30 * MEBIBYTE) == ENOMEM && errno == 0 && aligned == &aligned);
    for (size_t i = 0; i < 40 * MEBIBYTE; i += 4096) CHECK(large[i] == 1);
    check_limit(limit);

    // Small blocks of one size fill the rest, and when they are free, all of it serves another size.
    void **chain = NULL;
    CHECK(take_all(500, &chain) > 15 * MEBIBYTE);
    check_limit(limit);
    give_all(chain);
    chain = NULL;
    CHECK(take_all(3000, &chain) > 15 * MEBIBYTE);
    check_limit(limit);
    give_all(chain);
    free(large);
    // Freed memory that is not adjacent to anything of the size goes back, so that other memory can be had.
    for (int round = 0; round < 10; round++) {
        chain = NULL;
        CHECK(take_all((size_t)50000 << round % 5, &chain) > 40 * MEBIBYTE);
        check_limit(limit);
        give_all(chain);
    }
    CHECK(resident_kib() < 80 * 1024);
}

static void set(void) {
    CHECK(pageheap_get_hard_limit() == PAGEHEAP_NONE && pageheap_set_hard_limit(0) == EINVAL);
    void *first = malloc(20 * MEBIBYTE), *second = malloc(20 * MEBIBYTE);
    CHECK(first != NULL && second != NULL);
    CHECK(pageheap_set_hard_limit(30 * MEBIBYTE) == 0 && pageheap_get_hard_limit() == 30 * MEBIBYTE);
    CHECK(malloc(MEBIBYTE) == NULL);
    free(first);
    first = malloc(MEBIBYTE);
    CHECK(first != NULL);
    CHECK(malloc(20 * MEBIBYTE) == NULL);
    CHECK(pageheap_set_hard_limit(PAGEHEAP_NONE) == 0 && pageheap_get_hard_limit() == PAGEHEAP_NONE);
    void *third = malloc(20 * MEBIBYTE);
    CHECK(third != NULL);
    free(first);
    free(second);
    free(third);
}

int main(int count, char **arguments) {
    static const struct check checks[] = {{"entry-points", entry_points}, {"set", set}};
    (void)count;
    return RUN(checks, arguments);
}
