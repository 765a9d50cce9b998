// Frees what must not be freed. The address is written to standard output first; the free must end the process.
#include "check.h"
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

static char global[64] __attribute__((aligned(16)));

static void *announce(void *pointer) {
    printf("%#lx\n", (unsigned long)pointer);
    fflush(stdout);
    __asm__ volatile("" : "+r"(pointer));
    return pointer;
}

static void on_stack(void) {
    char local[64] __attribute__((aligned(16)));
    free(announce(local));
}

static void of_global(void) { free(announce(global)); }
static void misaligned(void) { free(announce((char *)malloc(100) + 8)); }
static void low_address(void) { free(announce((void *)16)); }
static void inside_large(void) { free(announce((char *)malloc(1000000) + 65536)); }
static void inside_large_page(void) { free(announce((char *)malloc(1000000) + 64)); }
static void resize_foreign(void) { CHECK(realloc(announce(global), 100) == NULL); }
static void resize_inside_large(void) { CHECK(realloc(announce((char *)malloc(1000000) + 4096), 2000000) == NULL); }
static void usable_foreign(void) { CHECK(malloc_usable_size(announce(global)) == 0); }

static void large_twice(void) {
    void *block = announce(malloc(1000000));
    free(block);
    free(block);
}

// Frees many blocks of the same class, and moves all free ones to the spans.
static void drain(void **blocks, int count) {
    for (int i = 0; i < count; i++) free(blocks[i]);
    malloc_trim(0);
}

enum { COUNT = 1000 };
static void *blocks[COUNT];

static void small_twice(void) {
    for (int i = 0; i < COUNT; i++) blocks[i] = malloc(64);
    void *block = announce(blocks[COUNT / 2]);
    free(block);
    free(block);
    blocks[COUNT / 2] = NULL;
    drain(blocks, COUNT);
}

static void small_twice_later(void) {
    for (int i = 0; i < COUNT; i++) blocks[i] = malloc(64);
    void *block = announce(blocks[COUNT / 2]);
    drain(blocks, COUNT);
    free(block);
    malloc_trim(0);
}

// All blocks of the span come back before the second free of one of them is checked.
static void small_twice_with_all(void) {
    for (int i = 0; i < COUNT; i++) blocks[i] = malloc(64);
    for (int i = 0; i < COUNT; i++) free(blocks[i]);
    free(announce(blocks[10]));
    malloc_trim(0);
}

static void inside_small(void) {
    for (int i = 0; i < COUNT; i++) blocks[i] = malloc(64);
    free(announce((char *)blocks[COUNT / 2] + 16));
    blocks[COUNT / 2] = NULL;  // it stays, and its span with it
    drain(blocks, COUNT);
}

// The call itself stops the program: what follows is not reached.
static void small_twice_at_once(void) {
    void *block = announce(malloc(64));
    free(block);
    free(block);
    _exit(0);
}

// The same at hardening level 1 only.
static void inside_small_at_once(void) {
    free(announce((char *)malloc(64) + 16));
    _exit(0);
}

static void resize_inside_small(void) {
    void *resized = realloc(announce((char *)malloc(3000) + 1024), 100);
    _exit(resized == NULL);
}

static void resize_freed(void) {
    void *block = announce(malloc(64));
    free(block);
    _exit(realloc(block, 1000) == NULL);
}

static void resize_freed_large(void) {
    void *block = announce(malloc(1000000));
    free(block);
    _exit(realloc(block, 2000000) == NULL);
}

static void resize_misaligned(void) { CHECK(realloc(announce((char *)malloc(100) + 8), 200) == NULL); }

// C++'s delete, which this program finds without the C++ library.
static void delete_foreign(void) {
    void (*delete)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "_ZdlPv");
    CHECK(delete != NULL);
    delete(announce(global));
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"stack", on_stack}, {"global", of_global}, {"misaligned", misaligned}, {"low", low_address},
        {"inside-large", inside_large}, {"inside-large-page", inside_large_page},
        {"resize-foreign", resize_foreign}, {"resize-inside-large", resize_inside_large},
        {"usable-foreign", usable_foreign}, {"large-twice", large_twice}, {"small-twice", small_twice},
        {"small-twice-later", small_twice_later},
        {"small-twice-with-all", small_twice_with_all}, {"inside-small", inside_small},
        {"small-twice-at-once", small_twice_at_once}, {"inside-small-at-once", inside_small_at_once},
        {"resize-inside-small", resize_inside_small}, {"resize-freed", resize_freed},
        {"resize-freed-large", resize_freed_large}, {"resize-misaligned", resize_misaligned},
        {"delete-foreign", delete_foreign}};
    return RUN(checks, arguments);
}
