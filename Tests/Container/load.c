// Builds 200 MiB of live blocks with as much garbage between them, frees all of it, and begins again. Blocks become larger,
// and each freed one lies between two that stay, so nothing fits where garbage was: a heap that keeps it has 400 MiB. Every
// block is written once and read a few times. Prints rounds per second.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MEBIBYTE = 1 << 20, STEPS = 20, STEP_BYTES = 10 * MEBIBYTE, PAGE = 8192, FIRST_PAGES = 5, MOST = STEP_BYTES / (FIRST_PAGES * PAGE) };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *filled(size_t size) {
    void *block = malloc(size);
    if (block == NULL) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return memset(block, 1, size);
}

static unsigned long sum;

static void read_all(void **blocks, size_t size) {
    for (int pass = 0; pass < 4; pass++)
        for (size_t i = 0; i < STEP_BYTES / size; i++)
            for (size_t byte = 0; byte < size; byte += sizeof sum)
                sum = sum * 3 + *(unsigned long *)((char *)blocks[i] + byte);
}

static void *live[STEPS][MOST], *garbage[STEPS][MOST];

static void free_all(void **blocks) {
    for (int i = 0; i < MOST; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
}

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 20;
    double start = now();
    for (int round = 0; round < rounds; round++) {
        for (int step = 0; step < STEPS; step++) {
            size_t size = (size_t)(FIRST_PAGES + step) * PAGE;
            for (size_t i = 0; i < STEP_BYTES / size; i++) {
                live[step][i] = filled(size);
                garbage[step][i] = filled(size);
            }
            read_all(live[step], size);
            read_all(garbage[step], size);
            free_all(garbage[step]);
        }
        for (int step = 0; step < STEPS; step++) free_all(live[step]);
    }
    printf("%.3f\n", rounds / (now() - start));
    return sum == 0;
}
