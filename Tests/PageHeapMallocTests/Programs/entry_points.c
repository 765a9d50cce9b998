// What each entry point promises: alignment, zeroed memory, contents kept, errors.
#include <gnu/libc-version.h>
#include "check.h"
#include <malloc.h>

static void zero_bytes(void) {
    void *blocks[1000];
    for (int i = 0; i < 1000; i++) {
        blocks[i] = malloc(0);
        CHECK(blocks[i] != NULL);
        for (int j = 0; j < i; j++) CHECK(blocks[i] != blocks[j]);
    }
    for (int i = 0; i < 1000; i++) free(blocks[i]);
    free(NULL);
    void *others[] = {calloc(0, 8), calloc(8, 0), aligned_alloc(64, 0), memalign(64, 0), valloc(0), pvalloc(0)};
    for (int i = 0; i < 6; i++) {
        CHECK(others[i] != NULL);
        free(others[i]);
    }
}

static void alignment(void) {
    for (size_t size = 0; size < 4000000; size += size < 70000 ? 1 : 99991) {
        unsigned char *block = malloc(size);
        CHECK(block != NULL && (uintptr_t)block % 16 == 0);
        size_t usable = malloc_usable_size(block);
        CHECK(usable >= size);
        if (size % 97 == 0) memset(block, 0xA5, usable);
        free(block);
    }
    CHECK(malloc_usable_size(NULL) == 0);
}

static void usable_size(void) {
    // All bytes that are said to be usable can be used: neighbours written to their ends do not touch each other.
    enum { COUNT = 3000 };
    static unsigned char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) {
        blocks[i] = malloc((size_t)i * 37 % 40000);
        memset(blocks[i], i & 255, malloc_usable_size(blocks[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        size_t usable = malloc_usable_size(blocks[i]);
        for (size_t j = 0; j < usable; j++) CHECK(blocks[i][j] == (i & 255));
        free(blocks[i]);
    }
}

static void zeroed(void) {
    for (int round = 0; round < 4; round++) {
        for (size_t size = 1; size < 3000000; size = size * 5 / 4 + 1) {
            unsigned char *dirty[8];
            for (int i = 0; i < 8; i++) memset(dirty[i] = malloc(size), 0xFF, size);
            for (int i = 0; i < 8; i++) free(dirty[i]);
            if (round == 2) malloc_trim(0);
            unsigned char *clean = calloc(1, size);
            CHECK(clean != NULL);
            for (size_t i = 0; i < size; i++) CHECK(clean[i] == 0);
            memset(clean, 0xFF, size);
            free(clean);
        }
    }
}

static void overflow(void) {
    const size_t pairs[][2] = {
        {SIZE_MAX, 2}, {SIZE_MAX / 2, 3}, {SIZE_MAX, SIZE_MAX}, {(size_t)1 << 32, (size_t)1 << 32}, {3, SIZE_MAX / 2}};
    unsigned char *block = make_block(100, 7);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        errno = 0;
        CHECK(calloc(pairs[i][0], pairs[i][1]) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(reallocarray(block, pairs[i][0], pairs[i][1]) == NULL && errno == ENOMEM);
    }
    check_and_free(block);
    block = reallocarray(NULL, 10, 10);
    CHECK(block != NULL && malloc_usable_size(block) >= 100);
    free(block);
}

static void resized(void) {
    uint64_t random = seed;
    size_t held = 0;
    unsigned char *block = NULL;
    for (int i = 0; i < 3000; i++) {
        size_t size = 1 + (i % 50 == 0 ? next_random(&random) % 4000000 : random_size(&random));
        block = realloc(block, size);
        CHECK(block != NULL && malloc_usable_size(block) >= size);
        for (size_t j = 0; j < held && j < size; j++) CHECK(block[j] == (unsigned char)(j * 31));
        for (size_t j = held; j < size; j++) block[j] = (unsigned char)(j * 31);
        held = size;
    }
    CHECK(realloc(block, 0) == NULL);
    // A request that cannot be met leaves the block as it was.
    unsigned char *large = malloc(1 << 20);
    memset(large, 9, 1 << 20);
    errno = 0;
    CHECK(realloc(large, PTRDIFF_MAX) == NULL && errno == ENOMEM);
    for (size_t i = 0; i < 1 << 20; i++) CHECK(large[i] == 9);
    free(large);
}

static void resized_in_place(void) {
    // A large block shrinks where it is, and grows where it is while what follows is free.
    unsigned char *large = malloc(2 << 20);
    CHECK(realloc(large, 1 << 20) == large);
    CHECK(realloc(large, 3 << 19) == large);
    free(large);
}

static void aligned_block(void *block, size_t alignment, size_t size) {
    CHECK(block != NULL && (uintptr_t)block % alignment == 0);
    CHECK(malloc_usable_size(block) >= size);
    memset(block, 0x5A, size);
}

// A strongly aligned block's place is free again at once: kept for other requests, each would take another such place.
static void aligned_places(void) {
    for (size_t alignment = 16384; alignment <= (size_t)1 << 36; alignment *= 4) {
        void *first = aligned_alloc(alignment, 8192);
        aligned_block(first, alignment, 8192);
        free(first);
        for (int i = 0; i < 100; i++) {
            void *block = aligned_alloc(alignment, 8192);
            CHECK(block == first);
            free(block);
        }
    }
}

static void aligned(void) {
    const size_t sizes[] = {1, 8, 24, 100, 1000, 4096, 5000, 32768, 40000, 300000};
    for (size_t alignment = 1; alignment <= 1 << 20; alignment *= 2) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            void *blocks[4];
            aligned_block(blocks[0] = aligned_alloc(alignment, sizes[i]), alignment, sizes[i]);
            aligned_block(blocks[1] = memalign(alignment, sizes[i]), alignment, sizes[i]);
            aligned_block(blocks[2] = malloc(sizes[i]), 16, sizes[i]);
            blocks[3] = NULL;
            errno = 4711;
            int answer = posix_memalign(&blocks[3], alignment, sizes[i]);
            CHECK(answer == (alignment < sizeof(void *) ? EINVAL : 0) && errno == 4711);
            if (answer == 0) aligned_block(blocks[3], alignment, sizes[i]);
            for (int j = 0; j < 4; j++) free(blocks[j]);
        }
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *block;
    aligned_block(block = valloc(100), page, 100);
    free(block);
    aligned_block(block = pvalloc(page + 1), page, 2 * page);
    free(block);
}

static void wrong_alignment(void) {
    const size_t alignments[] = {0, 3, 4, 7, 12, 24, 1000, SIZE_MAX};
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        void *untouched = &untouched, *block = untouched;
        errno = 4711;
        CHECK(posix_memalign(&block, alignments[i], 100) == EINVAL && errno == 4711 && block == untouched);
        if (alignments[i] == 4) continue;
        errno = 0;
        // The result is that of the C library itself: before 2.38 it rounded up, if that could be done.
        bool rounds = atoi(gnu_get_libc_version() + 2) < 38 && alignments[i] < SIZE_MAX;
        size_t rounded = 16;
        while (rounded < alignments[i] && rounds) rounded *= 2;
        block = aligned_alloc(alignments[i], 100);
        CHECK(rounds ? block != NULL && (uintptr_t)block % rounded == 0 : block == NULL && errno == EINVAL);
        free(block);
    }
    // glibc's memalign rounds up.
    volatile size_t odd = 24;
    void *block = memalign(odd, 100);
    CHECK(block != NULL && (uintptr_t)block % 32 == 0);
    free(block);
}

// Functions of C23, which a libc may not declare yet.
static void sized(void) {
    extern void free_sized(void *, size_t) __attribute__((weak));
    extern void free_aligned_sized(void *, size_t, size_t) __attribute__((weak));
    CHECK(free_sized != NULL && free_aligned_sized != NULL);
    for (size_t size = 1; size < 200000; size = size * 2 + 3) {
        free_sized(malloc(size), size);
        free_sized(calloc(1, size), size);
        free_aligned_sized(aligned_alloc(256, size), 256, size);
    }
    free_sized(NULL, 100);
    free_aligned_sized(NULL, 64, 100);
}

static void refused(void *block) {
    CHECK(block == NULL && errno == ENOMEM);
    errno = 0;
}

static void hostile(void) {
    const size_t alignments[] = {(size_t)1 << 63, (size_t)1 << 46, SIZE_MAX};
    const size_t sizes[] = {PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 4095,
                            SIZE_MAX - 4096, SIZE_MAX - 8191, SIZE_MAX / 2 - 4096, (size_t)1 << 41, (size_t)1 << 46,
                            (size_t)1 << 47};
    unsigned char *small = make_block(10, 1), *large = make_block(100000, 2);
    long before = resident_kib();
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            errno = 0;
            refused(malloc(sizes[i]));
            refused(calloc(1, sizes[i]));
            refused(realloc(NULL, sizes[i]));
            refused(realloc(small, sizes[i]));
            refused(realloc(large, sizes[i]));
            refused(aligned_alloc(16, sizes[i]));
            refused(aligned_alloc(4096, sizes[i]));
            refused(memalign(1 << 20, sizes[i]));
            refused(valloc(sizes[i]));
            refused(pvalloc(sizes[i]));
            void *block = NULL;
            CHECK(posix_memalign(&block, 64, sizes[i]) == ENOMEM && block == NULL);
        }
        for (int i = 0; i < 2; i++) refused(memalign(alignments[i], 100));
        // No power of two is that large: the argument is wrong, not the memory short, as glibc says.
        errno = 0;
        CHECK(memalign(alignments[2], 100) == NULL && errno == EINVAL);
    }
    CHECK(resident_kib() - before < 4096);
    check_and_free(small);
    check_and_free(large);
}

static void errno_kept(void) {
    enum { COUNT = 20000 };
    static void *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = malloc(i % 100 == 0 ? 1000000 : 48);
    errno = 4711;
    for (int i = 0; i < COUNT; i++) {
        free(blocks[i]);
        CHECK(errno == 4711);
    }
    malloc_trim(0);
    CHECK(errno == 4711);
}

static void *take(void *unused) { return (void)unused, malloc(100); }

static void other_thread(void) {
    pthread_t thread;
    void *block;
    CHECK(pthread_create(&thread, NULL, take, NULL) == 0 && pthread_join(thread, &block) == 0);
    free(block);
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"zero", zero_bytes}, {"alignment", alignment}, {"usable", usable_size}, {"zeroed", zeroed},
        {"overflow", overflow}, {"resized", resized}, {"resized-in-place", resized_in_place}, {"aligned", aligned}, {"aligned-places", aligned_places}, {"wrong-alignment", wrong_alignment},
        {"sized", sized}, {"hostile", hostile}, {"errno", errno_kept}, {"other-thread", other_thread}};
    return RUN(checks, arguments);
}
