// Measures what a fork costs a program that has allocated next to nothing: the CPU time of parent and child together.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 2000 };

static double seconds(int of) {
    struct rusage usage;
    getrusage(of, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(void) {
    for (volatile size_t bytes = 16; bytes < 10000; bytes *= 2) free(malloc(bytes));
    double before = seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
    }
    double after = seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
    printf("{\"forkMicroseconds\": %.2f}\n", (after - before) / FORKS * 1e6);
    return 0;
}
