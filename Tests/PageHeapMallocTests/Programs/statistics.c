// Programs to watch from outside, through their statistics page. They end when standard input does.
#include "check.h"
#include "pageheap.h"

#pragma weak pageheap_statistics
#pragma weak pageheap_release
#pragma weak pageheap_set_memory_limit

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

// Brings the heap into a state with caches, holes, released memory and a limit, and prints the figures that the C interface
// has of it: words of the structure. Nothing changes them while the reader looks at the page.
static void figures(void) {
    enum { COUNT = 8000 };
    static char *blocks[COUNT];
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    CHECK(pageheap_set_memory_limit(UINT64_C(1) << 40) == 0);
    for (int i = 0; i < COUNT; i++) blocks[i] = memset(malloc(512), 1, 512);
    char *large = memset(malloc(20 << 20), 1, 20 << 20);
    for (int i = 0; i < COUNT; i++)
        if (i % 32 != 0) free(blocks[i]);
    free(large);
    CHECK(pageheap_release() > 20 << 20);
    for (int i = 0; i < 100; i++) blocks[i] = memset(malloc(64 + (size_t)i * 100), 1, 64);
    // The last change of the heap's pages: all of it stands on the page.
    large = memset(malloc(30 << 20), 1, 30 << 20);
    free(large);
    struct pageheap_statistics all = {.size = sizeof all};
    CHECK(pageheap_statistics(&all) == 0);
    CHECK(all.released_in_use_bytes > 0 && all.free_retained_bytes > 0 && all.released_bytes > 0 && all.live_bytes > 0);
    for (size_t i = 0; i < sizeof all / sizeof(uint64_t); i++) printf("%llu\n", ((unsigned long long *)&all)[i]);
    fflush(stdout);
    wait_for_the_end();
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {{"hammer", hammer}, {"family", family}, {"executed", executed}, {"figures", figures}};
    return RUN(checks, arguments);
}
