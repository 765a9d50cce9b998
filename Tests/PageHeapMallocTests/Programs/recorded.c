// What the recorder has to get right. Sizes tell the blocks of a check from those of the C library.
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

static void *volatile sink;

static void entry_points(void) {
    free(malloc(100001));
    free(calloc(3, 33334));
    void *block = malloc(100003);
    block = realloc(block, 100004);
    sink = block;
    free(block);
    free(aligned_alloc(64, 100032));
    CHECK(posix_memalign(&block, 128, 100006) == 0);
    free(block);
    free(memalign(256, 100007));
    free(valloc(100008));
    free(pvalloc(100009));
    block = reallocarray(NULL, 2, 50005);
    free(block);
    block = malloc(100011);
    void *none = realloc(block, 0);
    free(none);
    free(NULL);
    errno = 7;
    block = malloc((size_t)1 << 62);
    CHECK(block == NULL && errno == ENOMEM);
    block = malloc(100012);
    CHECK(malloc_usable_size(block) >= 100012);
    CHECK(realloc(block, (size_t)1 << 62) == NULL);
    free(block);
}

// ---- Threads that hand blocks to each other ---------------------------------------------------------------------------

enum { BOXES = 64 };
static void *_Atomic boxes[BOXES];

static void *exchanging(void *number) {
    uint64_t random = seed + (uintptr_t)number;
    for (int i = 0; i < 30000; i++) {
        void *block = malloc(1 + next_random(&random) % 200);
        block = atomic_exchange(&boxes[next_random(&random) % BOXES], block);
        if (block != NULL && next_random(&random) % 8 == 0) block = realloc(block, 1 + next_random(&random) % 3000);
        free(block);
    }
    return NULL;
}

static void exchange(int count) {
    pthread_t threads[16];
    for (uintptr_t i = 0; i < (uintptr_t)count; i++) CHECK(pthread_create(&threads[i], NULL, exchanging, (void *)i) == 0);
    for (int i = 0; i < count; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < BOXES; i++) free(atomic_exchange(&boxes[i], NULL));
}

static void threads(void) { exchange(4); }

static void *one_block(void *unused) {
    (void)unused;
    free(malloc(77777));
    return NULL;
}

// Threads that come and go share the space of those that have gone.
static void short_threads(void) {
    for (int i = 0; i < 500; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, one_block, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    }
}

// ---- Processes --------------------------------------------------------------------------------------------------------

static void forks(void) {
    void *inherited = malloc(123456);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, exchanging, NULL) == 0);
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            free(inherited);
            free(malloc((size_t)(200000 + i)));
            exchange(2);
            _exit(0);
        }
        wait_for(child);
    }
    CHECK(pthread_join(thread, NULL) == 0);
    free(inherited);
}

static void executes(void) {
    free(malloc(300001));
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "second program", "executed", (char *)NULL);
        _exit(1);
    }
    wait_for(child);
    child = vfork();
    if (child == 0) {
        execl("/proc/self/exe", "third program", "executed", (char *)NULL);
        _exit(1);
    }
    wait_for(child);
}

static void executed(void) { free(malloc(300002)); }

static void killed(void) {
    for (int i = 0; i < 1000; i++) sink = malloc((size_t)(400000 + i));
    kill(getpid(), SIGKILL);
}

// ---- Odd programs -----------------------------------------------------------------------------------------------------

static void many(int count) {
    for (int i = 0; i < count; i++) free(malloc(64));
}

static int descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder != NULL);
    int count = 0;
    while (readdir(folder) != NULL) count++;
    closedir(folder);
    return count;
}

static void closes(void) {
    many(100);
    // All but standard error, which CHECK needs.
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0);
    many(200000);
    // Other files where the trace's descriptor was.
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0);
    for (int i = 0; i < 1000; i++) CHECK(open("/dev/null", 0) >= 0 || errno == EMFILE);
    int before = descriptors();
    many(500000);
    CHECK(descriptors() - before <= 1);
    free(malloc(500001));
}

static void limited(void) {
    struct rlimit limit = {200000, 200000};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    many(500000);
    exchange(2);
}

static void allocates_in_handler(int signal) {
    (void)signal;
    int saved = errno;
    free(malloc(600001));
    errno = saved;
}

// The signals come between calls of malloc, which must not be interrupted by one that allocates.
static void handles_signals(void) {
    struct sigaction action = {.sa_handler = allocates_in_handler};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    for (int i = 0; i < 2000; i++) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGALRM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGALRM);
        free(malloc(64));
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
}

int main(int count, char **arguments) {
    (void)count;
    static const struct check checks[] = {
        {"entry-points", entry_points}, {"threads", threads},     {"short-threads", short_threads},
        {"forks", forks},               {"executes", executes},   {"executed", executed},
        {"killed", killed},             {"closes", closes},       {"limited", limited},
        {"signals", handles_signals},
    };
    return RUN(checks, arguments);
}
