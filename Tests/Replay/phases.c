// A program with phases, for Scripts/test-replay: two threads build up live blocks, free most of them in random order, replace
// blocks for a while, and wait. Each block is written to as a whole. In the end the program prints its resident memory in bytes: at
// its highest, and at last.
// Usage: phases MIB SECONDS [TRACE]
//   MIB      the most that is live at a time; 0 for a program that only waits
//   SECONDS  how long to wait in the end
//   TRACE    a file that receives what was asked of malloc, in heaptrack's raw text
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 20, PAUSE = 2000 };

static struct block {
    void *address;
    size_t bytes;
} blocks[MOST];
static size_t count;
static uint64_t state = 1;
static size_t live;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

// The trace is written without malloc.
static int trace = -1;
static char text[1 << 16];
static size_t length;
static uint64_t last_millisecond;
static struct timespec began;

static void flush(void) {
    if (trace >= 0 && write(trace, text, length) < 0) _exit(74);
    length = 0;
}

static void note(const char *format, size_t first, size_t second) {
    if (trace < 0) return;
    if (length > sizeof text - 256) flush();
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t millisecond =
        (uint64_t)(now.tv_sec - began.tv_sec) * 1000 + (uint64_t)(now.tv_nsec / 1000000) - (uint64_t)(began.tv_nsec / 1000000);
    if (millisecond != last_millisecond) {
        last_millisecond = millisecond;
        length += (size_t)snprintf(text + length, 64, "c %zx\n", (size_t)millisecond);
    }
    length += (size_t)snprintf(text + length, 128, format, first, second);
}

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void allocate(void) {
    // Most are small; one in 500 is up to 1 MiB.
    size_t bytes = draw() % 500 == 0 ? 1 + draw() % (1 << 20) : 16 + draw() % ((size_t)64 << draw() % 8);
    struct block *block = &blocks[count++];
    block->address = malloc(bytes);
    block->bytes = bytes;
    if (block->address == NULL) _exit(70);
    memset(block->address, 1, bytes);
    live += bytes;
    note("+ %zx 1 %zx\n", bytes, (size_t)block->address);
}

static void free_one(void) {
    size_t place = draw() % count;
    struct block block = blocks[place];
    blocks[place] = blocks[--count];
    note("- %zx\n", (size_t)block.address, 0);
    free(block.address);
    live -= block.bytes;
}

static void *work(void *argument) {
    size_t most = *(size_t *)argument, step = 0;
    for (int phase = 0; phase < 3; phase++) {
        int goes_on = 1;
        for (size_t replaced = 0; goes_on; step++) {
            pthread_mutex_lock(&turn);
            switch (phase) {
            case 0:
                goes_on = live < most && count < MOST;
                if (goes_on) allocate();
                break;
            case 1:
                goes_on = live > most / 8 && count > 0;
                if (goes_on) free_one();
                break;
            default:
                goes_on = replaced++ < 20000 && count > 0;
                if (goes_on) {
                    free_one();
                    allocate();
                }
            }
            pthread_mutex_unlock(&turn);
            if (step % PAUSE == 0) usleep(10000);
        }
    }
    return NULL;
}

// A figure of /proc/self/status, in bytes; read without malloc.
static size_t resident(const char *name) {
    static char status[8192];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t bytes = file < 0 ? 0 : read(file, status, sizeof status - 1);
    if (file >= 0) close(file);
    status[bytes > 0 ? bytes : 0] = 0;
    const char *line = strstr(status, name);
    return line != NULL ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

int main(int arguments, char **argument) {
    if (arguments < 3) return 64;
    size_t most = strtoull(argument[1], NULL, 10) << 20;
    // Resident in every run, so that it can be subtracted.
    memset(blocks, 1, sizeof blocks);
    clock_gettime(CLOCK_MONOTONIC, &began);
    if (arguments > 3) {
        trace = open(argument[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (trace < 0) return 74;
        length = (size_t)snprintf(text, 64, "v 10500 3\n");
    }
    pthread_t threads[2];
    for (int thread = 0; thread < 2; thread++)
        if (most > 0 && pthread_create(&threads[thread], NULL, work, &most) != 0) return 70;
    for (int thread = 0; thread < 2 && most > 0; thread++) pthread_join(threads[thread], NULL);
    flush();
    sleep((unsigned)strtoul(argument[2], NULL, 10));
    size_t last = resident("VmRSS:");
    printf("%zu %zu\n", resident("VmHWM:"), last);
    return 0;
}
