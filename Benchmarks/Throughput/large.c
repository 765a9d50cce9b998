// large WORKLOAD: blocks of 1 to 32 MiB.
//   large untouched  16 live blocks, replaced at random
//   large touched    the same; a byte in each 4 KiB is written
//   large grown      four blocks grow by turns, by half each time, from 1 to 32 MiB, and the new pages are written
#include "workload.h"

enum { LIVE = 16, GROWN = 4, GENERATIONS = 10, STEPS = 9 };

static void touch(char *block, size_t from, size_t to) {
    for (size_t i = from; i < to; i += 4096) block[i] = 1;
}

static long replace_large(long operations, int touched) {
    void *blocks[LIVE] = {NULL};
    for (long i = 0; i < operations; i++) {
        long place = below(LIVE);
        size_t size = (1 << 20) + below(31 << 20);
        free(blocks[place]);
        blocks[place] = malloc(size);
        keep(blocks[place]);
        if (touched) touch(blocks[place], 0, size);
    }
    free_all(blocks, LIVE);
    return operations;
}

static long grow(void) {
    for (int generation = 0; generation < GENERATIONS; generation++) {
        void *blocks[GROWN] = {NULL};
        size_t before = 0;
        for (size_t size = 1 << 20; size <= 32 << 20; size += size / 2) {
            for (int i = 0; i < GROWN; i++) {
                blocks[i] = realloc(blocks[i], size);
                touch(blocks[i], before, size);
            }
            before = size;
        }
        free_all(blocks, GROWN);
    }
    return GENERATIONS * GROWN * STEPS;
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    Instant start = now();
    long operations = strcmp(name, "untouched") == 0 ? replace_large(100000, 0)
                      : strcmp(name, "touched") == 0 ? replace_large(300, 1)
                      : strcmp(name, "grown") == 0   ? grow()
                                                     : 0;
    if (operations == 0) return usage("large untouched|touched|grown");
    report(start, operations);
    return 0;
}
