// Blocks whose contents reveal any other writer, and owners of many blocks.
#ifndef BLOCKS_H
#define BLOCKS_H

#include "torture.h"

// The owner of a block keeps its record, outside of the block. The contents follow from the record: the owner, the
// address and the size in clear, so that a message can say whose block it has become, then a stream of words.
struct block {
    unsigned char *bytes;
    size_t size;
    uint64_t owner;
};

// Whether an allocation may fail; it must fail with ENOMEM then.
static atomic_bool failures_are_allowed;
static atomic_long failures;

static inline uint64_t block_word(const struct block *block, size_t index) {
    if (index == 0) return block->owner;
    if (index == 1) return (uintptr_t)block->bytes;
    if (index == 2) return block->size;
    uint64_t state = block->owner * 31 + (uintptr_t)block->bytes * 7 + block->size + index;
    return next_random(&state);
}

// Large blocks have one word per page, but all words at their ends: filling them all would be most of the work.
static inline size_t next_word(const struct block *block, size_t index) {
    return block->size < 65536 || index < 512 || (index + 1024) * 8 > block->size ? index + 1 : index + 512;
}

static inline void fill_block(const struct block *block) {
    for (size_t i = 0; i * 8 < block->size; i = next_word(block, i)) {
        uint64_t word = block_word(block, i);
        memcpy(block->bytes + i * 8, &word, block->size - i * 8 < 8 ? block->size - i * 8 : 8);
    }
}

// Checks the bytes that were there before a realloc.
static inline void check_bytes(const struct block *block, const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i * 8 < size; i = next_word(block, i)) {
        uint64_t word = block_word(block, i), found = 0;
        size_t count = size - i * 8 < 8 ? size - i * 8 : 8;
        if (memcmp(bytes + i * 8, &word, count) == 0) continue;
        memcpy(&found, bytes + i * 8, count);
        DIE("block %p of %zu bytes, owner %llx: at %zu there is %016llx instead of %016llx (begins with %016llx)",
            (void *)block->bytes, block->size, (unsigned long long)block->owner, i * 8, (unsigned long long)found,
            (unsigned long long)word, block->size < 8 ? 0ULL : *(const unsigned long long *)(const void *)bytes);
    }
}

static inline void check_block(const struct block *block) { check_bytes(block, block->bytes, block->size); }

// A failure must be clean. (glibc's own malloc leaves a refusing system call's error where it was.)
static inline void note_failure(int error, size_t size) {
    if (error != ENOMEM && with_library)
        DIE("an allocation of %zu bytes failed with errno %d instead of ENOMEM", size, error);
    if (!atomic_load(&failures_are_allowed)) DIE("an allocation of %zu bytes failed", size);
    atomic_fetch_add(&failures, 1);
}

static inline bool make_block_of(struct block *block, uint64_t owner, size_t size, uint64_t *random) {
    size_t alignment = 16;
    void *bytes = NULL;
    uint64_t kind = below(random, 20);
    errno = 0;
    if (kind < 14) {
        bytes = malloc(size);
    } else if (kind < 17) {
        bytes = calloc(1, size);
        for (size_t i = 0; bytes != NULL && i < size; i += size < 65536 ? 1 : 61)
            if (((unsigned char *)bytes)[i] != 0) DIE("calloc of %zu bytes: byte %zu is not zero", size, i);
    } else {
        alignment <<= below(random, 10);
        int error = posix_memalign(&bytes, alignment, size);
        if (error != 0) errno = error;
    }
    int error = errno;
    *block = (struct block){bytes, size, owner};
    if (bytes == NULL) {
        note_failure(error, size);
        return false;
    }
    CHECK((uintptr_t)bytes % (size < 16 && alignment == 16 ? 8 : alignment) == 0);
    CHECK(malloc_usable_size(bytes) >= size);
    fill_block(block);
    return true;
}

static inline void free_block(struct block *block) {
    check_block(block);
    memset(block->bytes, 0xdd, block->size < 64 ? block->size : 64);  // another owner would see it
    free(block->bytes);
    block->bytes = NULL;
}

static inline bool resize_block(struct block *block, size_t size) {
    unsigned char *bytes = realloc(block->bytes, size);
    if (bytes == NULL) {
        note_failure(errno, size);
        check_block(block);
        return false;
    }
    check_bytes(block, bytes, size < block->size ? size : block->size);
    *block = (struct block){bytes, size, block->owner};
    fill_block(block);
    return true;
}

// ---- Owners of many blocks ------------------------------------------------------------------------------------------

enum { KEPT = 120 };

struct keeper {
    uint64_t owner, random;
    struct block kept[KEPT];
};

static atomic_uint_fast64_t owners;

// The child of a fork continues the count: its owners are none of those that it inherits.
static inline void start_keeper(struct keeper *keeper, uint64_t random) {
    memset(keeper, 0, sizeof *keeper);
    keeper->owner = 0xa0000 + atomic_fetch_add(&owners, 1);
    keeper->random = random;
}

static inline void keep_going(struct keeper *keeper, int steps) {
    for (; steps > 0; steps--) {
        struct block *block = &keeper->kept[below(&keeper->random, KEPT)];
        if (block->bytes == NULL) make_block_of(block, keeper->owner, random_size(&keeper->random), &keeper->random);
        else if (below(&keeper->random, 4) == 0) resize_block(block, random_size(&keeper->random));
        else free_block(block);
    }
}

static inline void check_kept(const struct keeper *keeper) {
    for (int i = 0; i < KEPT; i++)
        if (keeper->kept[i].bytes != NULL) check_block(&keeper->kept[i]);
}

static inline void drop_kept(struct keeper *keeper) {
    for (int i = 0; i < KEPT; i++)
        if (keeper->kept[i].bytes != NULL) free_block(&keeper->kept[i]);
}

// Does some work from beginning to end.
static inline void work_some(uint64_t random, int steps) {
    struct keeper keeper;
    start_keeper(&keeper, random);
    keep_going(&keeper, steps);
    check_kept(&keeper);
    drop_kept(&keeper);
}

// Grows the heap and leaves most of it free, with small blocks here and there.
static inline void grow_and_drop(size_t mebibytes) {
    size_t count = mebibytes * 64;
    char **blocks = calloc(count, sizeof *blocks);
    if (blocks == NULL) note_failure(errno, count * sizeof *blocks);
    for (size_t i = 0; blocks != NULL && i < count; i++) {
        blocks[i] = malloc(16000);
        if (blocks[i] == NULL) note_failure(errno, 16000);
        else memset(blocks[i], 1, 16000);
    }
    for (size_t i = 0; blocks != NULL && i < count; i++) free(blocks[i]);
    free(blocks);
}

// Whatever has happened before, work can go on: here, and in a child.
static inline void work_again(void) {
    malloc_trim(0);
    work_some(torture_seed(), 2000);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        work_some(torture_seed(), 500);
        _exit(0);
    }
    wait_for(child);
}

#endif
