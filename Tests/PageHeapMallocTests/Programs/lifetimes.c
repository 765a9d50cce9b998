// Before main, after main, in libraries that come and go, beside signals and changes of the user.
#include "check.h"
#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

static unsigned char *early;
static void *forked_block;

static void before_fork(void) { forked_block = malloc(100000); }
static void after_fork(void) { free(forked_block); }

// The first constructors run before the program's own allocations.
__attribute__((constructor(101))) static void construct(void) {
    CHECK(pthread_atfork(before_fork, after_fork, after_fork) == 0);
    early = make_block(1000, 8);
}

__attribute__((destructor)) static void destruct(void) {
    check_and_free(make_block(5000, 2));
    write(STDOUT_FILENO, "destructed\n", 11);
}

static unsigned char *late;
static void at_exit(void) {
    check_and_free(late);
    check_and_free(make_block(3000, 1));
    write(STDOUT_FILENO, "exited\n", 7);
}

static void constructors(void) { check_and_free(early); }

static void exit_handlers(void) {
    late = make_block(100, 5);
    CHECK(atexit(at_exit) == 0);
}

// Handlers that a program registered before its first allocation may allocate around a fork.
static void fork_handlers(void) {
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        wait_for(child);
    }
}

static void libraries(void) {
    const char *path = getenv("TEST_PLUGIN");
    CHECK(path != NULL);
    for (int i = 0; i < 50; i++) {
        void *library = dlopen(path, RTLD_NOW);
        CHECK(library != NULL);
        char *(*block)(size_t) = (char *(*)(size_t))dlsym(library, "plugin_block");
        CHECK(block != NULL && strcmp(block(0), "constructed") == 0);
        CHECK(block((size_t)i * 1000 + 1)[i] == 0);
        CHECK(strcmp(block(0), "constructed") == 0);
        CHECK(dlclose(library) == 0);
    }
}

// A library that looks up its own dependencies first (as PHP loads all extensions) would find libc's malloc before
// ours.
static void deep_binding(void) {
    void *library = dlopen(getenv("TEST_PLUGIN"), RTLD_NOW | RTLD_DEEPBIND);
    CHECK(library != NULL);
    char *(*exchange)(char *) = (char *(*)(char *))dlsym(library, "plugin_exchange");
    for (int i = 0; i < 1000; i++) {
        char *block = exchange((char *)make_block(100, 3));
        CHECK(strcmp(block, "of the plugin") == 0);
        free(block);
    }
    CHECK(dlopen("no such library", RTLD_NOW) == NULL && dlerror() != NULL);
    CHECK(dlopen(NULL, RTLD_NOW) != NULL);
}

// Grows the heap until its worker is there, and returns the worker's thread identifier.
static long grow_worker(void) {
    for (int i = 0; i < 64; i++) free(memset(malloc(i << 20), 1, (size_t)i << 20));
    DIR *tasks = opendir("/proc/self/task");
    long worker = 0;
    for (struct dirent *entry; tasks != NULL && (entry = readdir(tasks)) != NULL;) {
        char path[300], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL) continue;
        if (fgets(name, sizeof name, file) != NULL && strcmp(name, "pageheap\n") == 0) worker = atol(entry->d_name);
        fclose(file);
    }
    closedir(tasks);
    return worker;
}

static atomic_long handled_by;
static void handle(int number) {
    (void)number;
    atomic_store(&handled_by, syscall(SYS_gettid));
}

// Handlers of signals to the process never run on the worker, even while the program's own threads block them.
static void signals(void) {
    long worker = grow_worker();
    CHECK(worker != 0);
    struct sigaction action = {.sa_handler = handle};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0 && kill(getpid(), SIGUSR1) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK(atomic_load(&handled_by) == 0);
    CHECK(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
    CHECK(atomic_load(&handled_by) == getpid());
    // The worker blocks all that can be blocked, which leaves KILL, STOP, and the two that libc needs for itself.
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%ld/status", worker);
    FILE *file = fopen(path, "r");
    unsigned long blocked = 0;
    while (fgets(line, sizeof line, file) != NULL) sscanf(line, "SigBlk: %lx", &blocked);
    fclose(file);
    CHECK((blocked | 1UL << 8 | 1UL << 18 | 3UL << 31) == ~0UL);
}

// libc makes every thread change its user when the process does: the worker must take part.
static void users(void) {
    CHECK(grow_worker() != 0);
    CHECK(setgid(getgid()) == 0 && setuid(getuid()) == 0);
}

// A program that never grows does not get the thread.
static void small_program(void) {
    for (int i = 0; i < 1000; i++) check_and_free(make_block(100, 1));
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    while (readdir(tasks) != NULL) count++;
    closedir(tasks);
    CHECK(count == 3);
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"constructors", constructors}, {"exit-handlers", exit_handlers}, {"fork-handlers", fork_handlers},
        {"libraries", libraries}, {"deep-binding", deep_binding}, {"signals", signals}, {"users", users}, {"small-program", small_program}};
    return RUN(checks, arguments);
}
