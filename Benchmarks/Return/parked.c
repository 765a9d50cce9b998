// Shows whether memory comes back while every thread sleeps. A thread allocates 150,000 blocks of 512 bytes, 100,000 of 1 KiB
// and 50,000 of 2 KiB (about 275 MiB), frees all of them (or, with an argument, all but every twentieth), and parks. Prints
// one line of JSON: resident KiB at the peak and for each second after the drop, and CPU seconds since the drop.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static atomic_int phase;
static int keeps;

static void wait_for(int wanted) {
    while (atomic_load(&phase) < wanted) usleep(1000);
}

static void *work(void *unused) {
    int blocks = 300000;
    char **block = malloc(blocks * sizeof *block);
    for (int i = 0; i < blocks; i++) {
        size_t size = i < 150000 ? 512 : i < 250000 ? 1024 : 2048;
        block[i] = malloc(size);
        memset(block[i], 1, size);
    }
    atomic_store(&phase, 1);
    wait_for(2);
    for (int i = 0; i < blocks; i++)
        if (!keeps || i % 20 != 0) free(block[i]);
    if (!keeps) free(block);
    atomic_store(&phase, 3);
    for (;;) pause();
    return unused;
}

static long resident(void) {
    long kilobytes = 0;
    char line[256];
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Rss: %ld", &kilobytes) == 1) break;
    if (file) fclose(file);
    return kilobytes;
}

static double processor_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int count, char **arguments) {
    (void)arguments;
    keeps = count > 1;
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    wait_for(1);
    printf("{\"peak\": %ld, \"after\": [", resident());
    atomic_store(&phase, 2);
    wait_for(3);
    double start = processor_seconds();
    double looking = 0;  // CPU time that reading the figures takes
    for (int second = 0; second <= 10; second++) {
        if (second > 0) sleep(1);
        double before = processor_seconds();
        printf("%s%ld", second ? ", " : "", resident());
        looking += processor_seconds() - before;
    }
    printf("], \"cpu\": %.4f}\n", processor_seconds() - start - looking);
    return 0;
}
