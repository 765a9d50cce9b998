// large MIB ROUNDS MILLISECONDS: allocates one block, writes to each of its pages, and frees it. With ROUNDS it does so as
// often, with a pause after each free; without, it stops at the peak and after the free.
#include "phases.h"

static char *touched(size_t size) {
    char *block = malloc(size);
    if (!block) abort();
    for (size_t i = 0; i < size; i += 4096) block[i] = 1;
    keep(block);
    return block;
}

int main(int words, char **arguments) {
    if (words != 2 && words != 4) return usage("large MIB [ROUNDS MILLISECONDS]");
    size_t size = (size_t)atol(arguments[1]) << 20;
    phase("base", 0);
    if (words == 2) {
        char *block = touched(size);
        phase("peak", size);
        free(block);
        phase("freed", 0);
        return 0;
    }
    long rounds = atol(arguments[2]), pause = atol(arguments[3]);
    for (long i = 0; i < rounds; i++) {
        free(touched(size));
        if (pause) nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000}, NULL);
    }
    return 0;
}
