// A library that the programs are linked to: its constructor may run before the malloc's own, and registers fork
// handlers that allocate.
#include "blocks.h"

static struct block kept;

static void make(size_t size) {
    uint64_t random = size;
    CHECK(make_block_of(&kept, (uintptr_t)&kept, size, &random));
}

static void before(void) {
    free_block(&kept);
    work_some(1, 20);
    make(300000);
}

static void after_in_parent(void) {
    CHECK(resize_block(&kept, 700));
    work_some(2, 20);
}

static void after_in_child(void) {
    check_block(&kept);
    work_some(3, 20);
    CHECK(resize_block(&kept, 90000));
}

__attribute__((constructor)) static void start(void) {
    pthread_atfork(before, after_in_parent, after_in_child);
    make(100);
}

__attribute__((visibility("default"))) void early_check(void) { check_block(&kept); }
