// Ends of the process, and of libraries in it: the last thread, exit in the middle of work, unloading while threads
// still have something of the library.
#include "blocks.h"
#include "../PageHeapMallocTests/Programs/thread_count.h"

#include <fcntl.h>

static void *use_library(void *unused) {
    void *library = dlopen(getenv("TORTURE_PLUGIN"), RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) DIE("%s", dlerror());
    ((void (*)(void))dlsym(library, "plugin_work"))();
    ((void (*)(void))dlsym(library, "plugin_work"))();
    CHECK(dlclose(library) == 0);  // before the thread's objects of it have ended
    work_some((uintptr_t)&library, 50);
    return unused;
}

static void libraries(void) {
    for (int i = 0; i < 40; i++) {
        pthread_t threads[4];
        for (int j = 0; j < 4; j++) CHECK(pthread_create(&threads[j], NULL, use_library, NULL) == 0);
        if (i % 8 == 0) malloc_trim(0);
        for (int j = 0; j < 4; j++) CHECK(pthread_join(threads[j], NULL) == 0);
    }
    work_again();
}

static void at_exit(void) { work_some(torture_seed(), 500); }

static void *end_late(void *unused) {
    grow_and_drop(64);
    pause_for(100);
    grow_and_drop(8);
    return unused;
}

// The first thread ends, then the last one: that is the end of the process, which no thread of the malloc may hold up.
static void last_thread(void) {
    pthread_t thread;
    CHECK(atexit(at_exit) == 0);
    grow_and_drop(32);
    CHECK(pthread_create(&thread, NULL, end_late, NULL) == 0);
    pthread_exit(NULL);
}

static void *fork_late(void *unused) {
    grow_and_drop(32);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        end_late(NULL);
        pthread_exit(NULL);  // the child's only thread
    }
    wait_for(child);
    return unused;
}

static void last_thread_of_child(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, fork_late, NULL) == 0);
    pthread_exit(NULL);
}

static void *never_end(void *unused) {
    for (uint64_t i = 0;; i++) {
        work_some(i, 500);
        if (i % 16 == 0) malloc_trim(0);
    }
    return unused;
}

// Calls exit while other threads work and give memory back.
static void exit_amid_work(void) {
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(CHILD_SECONDS);
            CHECK(atexit(at_exit) == 0);
            for (int j = 0; j < 3; j++) start_detached(never_end, NULL, 262144);
            grow_and_drop(4);
            if (i % 2 == 0) exit(0);
            quick_exit(0);
        }
        wait_for(child);
    }
}

// A program without threads of its own may have the library's thread while there is memory to give back, but not when
// it forks, and not for ever.
static void single_thread(void) {
    for (int i = 0; i < 5; i++) {
        grow_and_drop(64);
        pause_for(50);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) _exit(thread_count());
        int count = thread_count();
        if (count != 1) DIE("a program with one thread has %d after its fork", count);
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 1 << 8);
    }
    for (int i = 0; i < 600 && thread_count() != 1; i++) pause_for(100);
    if (thread_count() != 1) DIE("a program with one thread still has %d", thread_count());
}

int main(int count, char **arguments) {
    (void)count;
    const struct named_case cases[] = {{"libraries", libraries}, {"last-thread", last_thread},
        {"last-thread-of-child", last_thread_of_child}, {"exit-amid-work", exit_amid_work},
        {"single-thread", single_thread}};
    return RUN(cases, arguments);
}
