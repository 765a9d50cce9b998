// What the library does to a process: its thread, its descriptors, and what becomes of both in sandboxes and copies.
#define _GNU_SOURCE
#include "check.h"
#include "thread_count.h"
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int tasks(char names[][64], int most) {
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    CHECK(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (count < most) snprintf(names[count], 64, "%.60s", entry->d_name);
        count++;
    }
    closedir(folder);
    return count;
}

// The worker starts, and ends when it has nothing left to do, however long that takes.
static void comes_and_goes(void) {
    char names[8][64];
    CHECK(tasks(names, 8) == 1);
    drop(100);
    CHECK(tasks(names, 8) == 2);
    while (resident_kib() > 20 << 10 || tasks(names, 8) > 1) usleep(20000);
    drop(100);
    CHECK(tasks(names, 8) == 2);
}

static void *pinned_thread(void *unused) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    setpriority(PRIO_PROCESS, 0, 5);
    prctl(PR_SET_TIMERSLACK, 12345678, 0, 0, 0);
    drop(100);
    return unused;
}

static unsigned long long field(const char *task, const char *file, const char *name) {
    char path[200], line[300];
    snprintf(path, sizeof path, "/proc/self/task/%s/%s", task, file);
    FILE *stream = fopen(path, "r");
    CHECK(stream != NULL);
    unsigned long long value = 0;
    while (fgets(line, sizeof line, stream))
        if (strncmp(line, name, strlen(name)) == 0) value = strtoull(line + strlen(name) + 1, NULL, 16);
    fclose(stream);
    return value;
}

// The worker inherits nothing from the thread that happened to start it.
static void attributes(void) {
    cpu_set_t own, workers;
    CHECK(sched_getaffinity(0, sizeof own, &own) == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, pinned_thread, NULL) == 0);
    pthread_join(thread, NULL);
    char names[8][64];
    int found = 0, count = tasks(names, 8);
    // The worker takes its name after it has shed everything else.
    for (int i = 0; found == 0; i++) {
        if (i >= count || i >= 8) {
            usleep(1000);
            count = tasks(names, 8);
            i = 0;
        }
        pid_t task = atoi(names[i]);
        char path[200], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", names[i]);
        FILE *stream = fopen(path, "r");
        if (stream == NULL) continue;  // a thread that has just ended
        CHECK(fgets(name, sizeof name, stream) != NULL);
        fclose(stream);
        if (strcmp(name, "pageheap\n") != 0) continue;
        found++;
        CHECK(sched_getaffinity(task, sizeof workers, &workers) == 0 && CPU_EQUAL(&own, &workers));
        CHECK(sched_getscheduler(task) == SCHED_OTHER);
        CHECK(field(names[i], "status", "SigBlk") == ~0ULL - (1ULL << 8) - (1ULL << 18));  // all but KILL and STOP
    }
    CHECK(found == 1);
}

// System calls for processes of one thread find only one; so do forks, on both sides.
static void alone(void) {
    for (int i = 0; i < 20; i++) {
        drop(64);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) _exit(thread_count() == 1 ? 0 : 1);
        CHECK(thread_count() == 1);
        wait_for(child);
    }
    drop(64);
    CHECK(setgid(getgid()) == 0 && thread_count() == 1);
    drop(64);
    CHECK(unshare(CLONE_FS) == 0 && thread_count() == 1);
}

// A program that is about to give up system calls loses its worker, and memory is released in its own calls.
static void sandbox(void) {
    char names[8][64];
    drop(200);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && tasks(names, 8) == 1);
    enum { COUNT = 3000 };
    static char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = memset(malloc(60000), 1, 60000);
    for (int i = 0; i < COUNT; i++) free(blocks[i]);
    while (resident_kib() > 60 << 10) {
        usleep(10000);
        for (int i = 0; i < 200; i++) free(malloc((size_t)i * 600 + 1));
    }
    CHECK(tasks(names, 8) == 1);
}

// A child of a bare clone, for which no fork handlers run, has a heap of its own.
static void *busy(void *stop) {
    while (!*(volatile int *)stop) free(malloc(20000));
    return NULL;
}
static void bare_clone(void) {
    int stop = 0;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, busy, &stop) == 0);
    for (int i = 0; i < 50; i++) {
        drop(8);
        pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);
            for (int j = 0; j < 1000; j++) free(malloc((size_t)j * 100));
            malloc_trim(0);
            _exit(0);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        // If the other thread held a lock, the child is stopped with a reason; it never hangs.
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    }
    stop = 1;
    pthread_join(thread, NULL);
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"comes-and-goes", comes_and_goes}, {"attributes", attributes}, {"alone", alone}, {"sandbox", sandbox},
        {"bare-clone", bare_clone}};
    return RUN(checks, arguments);
}
