// Programs to watch from outside, through their statistics page. They end when standard input does.
#include "check.h"

static void wait_for_the_end(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
}

static atomic_bool done;
static void *hammering(void *number) {
    replace_blocks(&done, seed + (uintptr_t)number);
    return NULL;
}

// Changes the figures as fast as it can.
static void hammer(void) {
    pthread_t threads[3];
    for (uintptr_t i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, hammering, (void *)i) == 0);
    wait_for_the_end();
    atomic_store(&done, 1);
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

// Prints its process identifier and that of a child, in which less is in use; both live until the end.
static void family(void) {
    void *block = memset(malloc(50 << 20), 1, 50 << 20);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        free(block);
        printf("child %d\n", getpid());
        fflush(stdout);
        wait_for_the_end();
        _exit(0);
    }
    printf("parent %d\n", getpid());
    fflush(stdout);
    wait_for_the_end();
    wait_for(child);
}

// Executes itself once: two programs with one process identifier.
static void executed(void) {
    if (getenv("TEST_EXECUTED") == NULL) {
        setenv("TEST_EXECUTED", "1", 1);
        char *arguments[] = {"statistics", "executed", NULL};
        execv("/proc/self/exe", arguments);
        CHECK(!"executed");
    }
    printf("parent %d\n", getpid());
    fflush(stdout);
    wait_for_the_end();
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {{"hammer", hammer}, {"family", family}, {"executed", executed}};
    return RUN(checks, arguments);
}
