// A library that comes and goes: it allocates when it is loaded, when it is unloaded, and when threads end that have
// used it.
#include "blocks.h"

static struct block constructed;
static __thread struct block of_thread;
// libc allocates it when a thread first touches it, and frees it after all destructors.
static __thread char lazily[5000];

extern void *__dso_handle;
int __cxa_thread_atexit_impl(void (*)(void *), void *, void *);

static void make(struct block *block, size_t size) {
    uint64_t random = size;
    CHECK(make_block_of(block, (uintptr_t)block, size, &random));
}

__attribute__((constructor)) static void construct(void) {
    make(&constructed, 3000);
    grow_and_drop(1);
}

__attribute__((destructor)) static void destruct(void) {
    struct block last;
    make(&last, 70000);
    free_block(&constructed);
    free_block(&last);
}

// Makes a block of its own, and registers once more, as a thread_local object's destructor may.
static void end_again(void *block) {
    struct block more;
    make(&more, 200);
    free_block(&more);
    free_block(block);
    free(block);
}

static void end_thread(void *block) {
    struct block *again = malloc(sizeof *again);
    CHECK(again != NULL);
    make(again, 900);
    free_block(block);
    __cxa_thread_atexit_impl(end_again, again, &__dso_handle);
}

// The first call in each thread leaves a block that is freed at the thread's end; libc keeps the library until then.
__attribute__((visibility("default"))) void plugin_work(void) {
    check_block(&constructed);
    memset(lazily, 1, sizeof lazily);
    if (of_thread.bytes != NULL) {
        check_block(&of_thread);
        return;
    }
    make(&of_thread, 1234);
    CHECK(__cxa_thread_atexit_impl(end_thread, &of_thread, &__dso_handle) == 0);
}
