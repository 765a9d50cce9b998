// Where blocks lie, and what becomes of them: other mappings in the way, moves, large tables, locked pages, other names.
#define _GNU_SOURCE
#include "check.h"
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

// Another mapping lies where the heap would grow: it grows elsewhere, and knows its blocks in both places.
static void in_the_way(void) {
    char *first = malloc(1 << 20);
    uintptr_t chunk = 4 << 20, further = ((uintptr_t)first & ~(chunk - 1)) + 2 * chunk;
    void *other = mmap((void *)further, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(other == (void *)further);
    enum { COUNT = 4000 };
    static unsigned char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = make_block(i % 3 ? 3000 + (size_t)i : 200000, i);
    for (int i = 0; i < COUNT; i++) check_and_free(blocks[i]);
    free(first);
    CHECK(malloc_trim(0) == 1 && munmap(other, 4096) == 0);
}

// Blocks that grow in turns make each other move: their contents come along, and no block has its memory twice.
static void moved(void) {
    enum { BLOCKS = 3 };
    unsigned char *blocks[BLOCKS] = {0};
    size_t page = 4096;
    for (size_t size = 1 << 20; size <= 64 << 20; size += 1 << 20) {
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = realloc(blocks[i], size + (size_t)i * 5000);
            CHECK(blocks[i] != NULL);
            for (size_t at = size - (1 << 20); at < size; at += page) {
                memcpy(blocks[i] + at, &at, sizeof at);
                blocks[i][at + sizeof at] = (unsigned char)i;
            }
        }
    }
    CHECK(resident_kib() < BLOCKS * (64L << 10) + (20 << 10));
    for (int i = 0; i < BLOCKS; i++) {
        for (size_t at = 0; at < 64 << 20; at += page) {
            size_t found;
            memcpy(&found, blocks[i] + at, sizeof found);
            CHECK(found == at && blocks[i][at + sizeof at] == (unsigned char)i);
        }
        free(blocks[i]);
    }
    CHECK(malloc_trim(0) == 1 && resident_kib() < 20 << 10);
}

static long mappings(void) {
    long lines = 0;
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    for (int c; (c = getc(stream)) != EOF;) lines += c == '\n';
    fclose(stream);
    return lines;
}

// Another mapping lies where the page map would grow: the heap goes on elsewhere, with another page map.
static void in_the_way_of_books(void) {
    free(malloc(100));
    unsigned long start, end, books = 0;
    char line[512];
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    while (fgets(line, sizeof line, stream) != NULL) {
        CHECK(sscanf(line, "%lx-%lx", &start, &end) == 2);
        if (start >> 40 >= 16 && start >> 40 < 32) books = end;
    }
    fclose(stream);
    CHECK(books != 0);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    CHECK(mmap((void *)books, 4096, PROT_NONE, flags, -1, 0) == (void *)books);
    static char *blocks[100];
    for (int i = 0; i < 100; i++) {
        blocks[i] = malloc(1000000);
        CHECK(blocks[i] != NULL);
        memset(blocks[i], i, 1000000);
    }
    for (int i = 0; i < 100; i++) {
        CHECK(blocks[i][0] == (char)i && blocks[i][999999] == (char)i);
        free(blocks[i]);
    }
}

// The books of a small program are one mapping, and its blocks another: each mapping costs every fork.
static void small(void) {
    free(malloc(100));
    unsigned long start, end;
    int found = 0;
    char line[512], path[256];
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    while (fgets(line, sizeof line, stream) != NULL) {
        CHECK(sscanf(line, "%lx-%lx", &start, &end) == 2);
        bool is_named = sscanf(line, "%*s %*s %*s %*s %*s %255s", path) == 1;
        // The region in which the library chooses addresses itself: below all that the system places.
        if (!is_named && start >> 40 >= 16 && start >> 40 < 84) found++;
    }
    fclose(stream);
    CHECK(found == 2);
}

// Moved blocks leave no mappings of their own behind, neither where they were nor where they are cut.
static void cut(void) {
    long before = mappings();
    for (int i = 0; i < 3000; i++) {
        char *block = malloc(1 << 20), *behind = malloc(1 << 20);
        memset(block, 1, 1 << 20);
        block = realloc(block, 3 << 20);
        CHECK(block != NULL && block[(1 << 20) - 1] == 1);
        block = realloc(block, 512 << 10);
        free(behind);
        free(block);
    }
    CHECK(mappings() - before < 100);
}

// A protection that the program has set on the memory of its block does not stay where realloc moved the block from.
static void left(void) {
    size_t bytes = 8 << 20;
    char *block = malloc(bytes), *behind = malloc(bytes);
    uintptr_t place = (uintptr_t)block;
    memset(block, 1, bytes);
    CHECK(mprotect((void *)(place + 4096), bytes / 2, PROT_READ) == 0);
    block = realloc(block, 3 * bytes);
    CHECK(block != NULL && mprotect((void *)((uintptr_t)block + 4096), bytes / 2, PROT_READ | PROT_WRITE) == 0);
    char *next = malloc(bytes);
    memset(next, 2, bytes);
    free(next);
    free(behind);
    free(block);
}

// Large zeroed tables read as zero, whatever was there before, and cost only what is used of them.
static void tables(void) {
    size_t bytes = 64 << 20;
    for (int round = 0; round < 4; round++) {
        drop(64);
        unsigned char *table = calloc(1, bytes);
        for (size_t at = 0; at < bytes; at += 4096) CHECK(table[at] == 0);
        CHECK(table[bytes - 1] == 0);
        free(table);
    }
    drop(64);
    unsigned char *table = calloc(1, bytes);
    for (size_t at = 0; at < bytes; at += 4 << 20) table[at] = 1;
    CHECK(resident_kib() < 16 << 10);
    free(table);
}

// A locked page keeps its own memory, and no other's.
static void locked(void) {
    enum { COUNT = 20000 };
    static char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) {
        blocks[i] = memset(malloc(5000), 1, 5000);
        if (i % 500 == 0) CHECK(mlock(blocks[i], 4096) == 0);
    }
    for (int i = 0; i < COUNT; i++) free(blocks[i]);
    malloc_trim(0);
    CHECK(resident_kib() < 20 << 10);
}

// Blocks from glibc's own names belong to the same malloc as all others.
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t), *__libc_valloc(size_t), *__libc_pvalloc(size_t);
extern void __libc_free(void *);
static void names(void) {
    free(__libc_malloc(100));
    free(__libc_calloc(3, 100));
    void *aligned = __libc_memalign(64, 100);
    CHECK((uintptr_t)aligned % 64 == 0);
    free(aligned);
    free(__libc_valloc(100));
    free(__libc_pvalloc(100));
    free(__libc_realloc(malloc(100), 2000));
    __libc_free(malloc(100));
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"in-the-way", in_the_way}, {"in-the-way-of-books", in_the_way_of_books}, {"small", small}, {"moved", moved},
        {"cut", cut}, {"left", left}, {"tables", tables}, {"locked", locked}, {"names", names}};
    return RUN(checks, arguments);
}
