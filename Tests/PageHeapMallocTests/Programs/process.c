// What the library does to a process: its thread, its address space, its descriptors, and blocks that are moved, shared or
// locked.
#define _GNU_SOURCE
#include "check.h"
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

// How many threads the process has, found out without an allocation, which might start the worker.
static int threads(void) {
    char text[4096];
    int file = open("/proc/self/status", O_RDONLY);
    CHECK(file >= 0);
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    CHECK(length > 0);
    text[length] = 0;
    return atoi(strstr(text, "Threads:") + strlen("Threads:"));
}

static void drop(int mebibytes) {
    char *block = malloc((size_t)mebibytes << 20);
    CHECK(block != NULL);
    memset(block, 1, (size_t)mebibytes << 20);
    free(block);
}

// The worker comes, and goes when it has nothing left to do, however long that takes.
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

// The worker has nothing of the thread that happened to start it.
static void attributes(void) {
    cpu_set_t own, workers;
    CHECK(sched_getaffinity(0, sizeof own, &own) == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, pinned_thread, NULL) == 0);
    pthread_join(thread, NULL);
    char names[8][64];
    int found = 0, count = tasks(names, 8);
    // It has its name once it has put off the rest.
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

// Calls that are for processes of one thread find one; forks too, and both sides.
static void alone(void) {
    for (int i = 0; i < 20; i++) {
        drop(64);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) _exit(threads() == 1 ? 0 : 1);
        CHECK(threads() == 1);
        wait_for(child);
    }
    drop(64);
    CHECK(setgid(getgid()) == 0 && threads() == 1);
    drop(64);
    CHECK(unshare(CLONE_FS) == 0 && threads() == 1);
}

// A program that is about to give up system calls has no worker any more, and memory comes back in its own calls.
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
        for (int i = 0; i < 200; i++) free(malloc((size_t)i * 200 + 1));
    }
    CHECK(tasks(names, 8) == 1);
}

// Another mapping lies where the heap would grow: it grows elsewhere, and knows its blocks in both places.
static void in_the_way(void) {
    char *first = malloc(1 << 20);
    uintptr_t chunk = 4 << 20, further = ((uintptr_t)first & ~(chunk - 1)) + 2 * chunk;
    void *other = mmap((void *)further, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(other == (void *)further);
    enum { COUNT = 4000 };
    static unsigned char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = make_block(i % 3 ? 3000 + (size_t)i : 200000, i);
    for (int i = 0; i < COUNT; i++) check_and_free(blocks[i]);
    free(first);
    CHECK(malloc_trim(0) == 1 && munmap(other, 4096) == 0);
}

// Blocks that grow by turns move each other about: their contents come along, and none has its memory twice.
static void moved(void) {
    enum { BLOCKS = 3 };
    unsigned char *blocks[BLOCKS] = {0};
    size_t page = 4096;
    for (size_t size = 1 << 20; size <= 64 << 20; size += 1 << 20) {
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = realloc(blocks[i], size + (size_t)i * 5000);
            CHECK(blocks[i] != NULL);
            for (size_t at = size - (1 << 20); at < size; at += page) {
                memcpy(blocks[i] + at, &at, sizeof at);
                blocks[i][at + sizeof at] = (unsigned char)i;
            }
        }
    }
    CHECK(resident_kib() < BLOCKS * (64L << 10) + (20 << 10));
    for (int i = 0; i < BLOCKS; i++) {
        for (size_t at = 0; at < 64 << 20; at += page) {
            size_t found;
            memcpy(&found, blocks[i] + at, sizeof found);
            CHECK(found == at && blocks[i][at + sizeof at] == (unsigned char)i);
        }
        free(blocks[i]);
    }
    CHECK(malloc_trim(0) == 1 && resident_kib() < 20 << 10);
}

static long mappings(void) {
    long lines = 0;
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    for (int c; (c = getc(stream)) != EOF;) lines += c == '\n';
    fclose(stream);
    return lines;
}

// Another mapping lies where the page map would grow: the heap goes on elsewhere, with another page map.
static void in_the_way_of_books(void) {
    free(malloc(100));
    unsigned long start, end, books = 0;
    char line[512];
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    while (fgets(line, sizeof line, stream) != NULL) {
        CHECK(sscanf(line, "%lx-%lx", &start, &end) == 2);
        if (start >> 40 >= 16 && start >> 40 < 32) books = end;
    }
    fclose(stream);
    CHECK(books != 0);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    CHECK(mmap((void *)books, 4096, PROT_NONE, flags, -1, 0) == (void *)books);
    static char *blocks[100];
    for (int i = 0; i < 100; i++) {
        blocks[i] = malloc(1000000);
        CHECK(blocks[i] != NULL);
        memset(blocks[i], i, 1000000);
    }
    for (int i = 0; i < 100; i++) {
        CHECK(blocks[i][0] == (char)i && blocks[i][999999] == (char)i);
        free(blocks[i]);
    }
}

// The books of a small program are one mapping, and its blocks another: each costs every fork.
static void small(void) {
    free(malloc(100));
    unsigned long start, end;
    int found = 0;
    char line[512], path[256];
    FILE *stream = fopen("/proc/self/maps", "r");
    CHECK(stream != NULL);
    while (fgets(line, sizeof line, stream) != NULL) {
        CHECK(sscanf(line, "%lx-%lx", &start, &end) == 2);
        bool is_named = sscanf(line, "%*s %*s %*s %*s %*s %255s", path) == 1;
        // Where the library chooses addresses itself: below all that the system places.
        if (!is_named && start >> 40 >= 16 && start >> 40 < 84) found++;
    }
    fclose(stream);
    CHECK(found == 2);
}

// Moved blocks leave no mappings of their own behind, neither where they were nor where they are cut.
static void cut(void) {
    long before = mappings();
    for (int i = 0; i < 3000; i++) {
        char *block = malloc(1 << 20), *behind = malloc(1 << 20);
        memset(block, 1, 1 << 20);
        block = realloc(block, 3 << 20);
        CHECK(block != NULL && block[(1 << 20) - 1] == 1);
        block = realloc(block, 512 << 10);
        free(behind);
        free(block);
    }
    CHECK(mappings() - before < 100);
}

// What the program has set on the memory of its block does not stay where realloc moved it away from.
static void left(void) {
    size_t bytes = 8 << 20;
    char *block = malloc(bytes), *behind = malloc(bytes);
    uintptr_t place = (uintptr_t)block;
    memset(block, 1, bytes);
    CHECK(mprotect((void *)(place + 4096), bytes / 2, PROT_READ) == 0);
    block = realloc(block, 3 * bytes);
    CHECK(block != NULL && mprotect((void *)((uintptr_t)block + 4096), bytes / 2, PROT_READ | PROT_WRITE) == 0);
    char *next = malloc(bytes);
    memset(next, 2, bytes);
    free(next);
    free(behind);
    free(block);
}

// Large zeroed tables read as zero, whatever was there before, and cost what is used of them.
static void tables(void) {
    size_t bytes = 64 << 20;
    for (int round = 0; round < 4; round++) {
        drop(64);
        unsigned char *table = calloc(1, bytes);
        for (size_t at = 0; at < bytes; at += 4096) CHECK(table[at] == 0);
        CHECK(table[bytes - 1] == 0);
        free(table);
    }
    drop(64);
    unsigned char *table = calloc(1, bytes);
    for (size_t at = 0; at < bytes; at += 4 << 20) table[at] = 1;
    CHECK(resident_kib() < 16 << 10);
    free(table);
}

// A locked page keeps its own memory, and no other's.
static void locked(void) {
    enum { COUNT = 20000 };
    static char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) {
        blocks[i] = memset(malloc(5000), 1, 5000);
        if (i % 500 == 0) CHECK(mlock(blocks[i], 4096) == 0);
    }
    for (int i = 0; i < COUNT; i++) free(blocks[i]);
    malloc_trim(0);
    CHECK(resident_kib() < 20 << 10);
}

// What glibc's own names return is one malloc with the rest.
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t), *__libc_valloc(size_t), *__libc_pvalloc(size_t);
extern void __libc_free(void *);
static void names(void) {
    free(__libc_malloc(100));
    free(__libc_calloc(3, 100));
    void *aligned = __libc_memalign(64, 100);
    CHECK((uintptr_t)aligned % 64 == 0);
    free(aligned);
    free(__libc_valloc(100));
    free(__libc_pvalloc(100));
    free(__libc_realloc(malloc(100), 2000));
    __libc_free(malloc(100));
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
        // While the other thread held a lock, the child is stopped with a reason; it never hangs.
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    }
    stop = 1;
    pthread_join(thread, NULL);
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"comes-and-goes", comes_and_goes}, {"attributes", attributes}, {"alone", alone}, {"sandbox", sandbox},
        {"in-the-way", in_the_way}, {"moved", moved}, {"tables", tables}, {"locked", locked}, {"names", names},
        {"bare-clone", bare_clone}, {"cut", cut}, {"left", left},
        {"small", small}, {"in-the-way-of-books", in_the_way_of_books}};
    return RUN(checks, arguments);
}
