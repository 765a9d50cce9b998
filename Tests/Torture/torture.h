// What the torture programs share: a check that names its line, pseudo-random numbers, threads and children. Nothing in
// here calls malloc: messages are put together on the stack.
#ifndef TORTURE_H
#define TORTURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// ---- Messages -------------------------------------------------------------------------------------------------------

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) length = sizeof line - 2;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) < 0) return;
}

// _exit, not exit: a heap that is broken already should not be used any more.
#define DIE(...) (say(__VA_ARGS__), _exit(1))
#define CHECK(condition) \
    ((condition) ? (void)0 : DIE("%s:%d: not true: %s (errno %d)", __FILE_NAME__, __LINE__, #condition, errno))
#ifndef __FILE_NAME__
#define __FILE_NAME__ __FILE__
#endif

// The dynamic linker goes on without a library that it cannot preload: then this would be a test of libc's malloc.
static bool with_library;
__attribute__((constructor)) static void find_library(void) {
    with_library = getenv("TORTURE_LIBRARY") != NULL;
    if (with_library) CHECK(dlsym(RTLD_DEFAULT, "pageheap_version") != NULL);
}

// ---- Pseudo-random numbers ------------------------------------------------------------------------------------------

static inline uint64_t next_random(uint64_t *state) {  // splitmix64
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t below(uint64_t *state, uint64_t limit) { return next_random(state) % limit; }

static inline uint64_t torture_seed(void) {
    const char *text = getenv("TORTURE_SEED");
    return text != NULL ? strtoull(text, NULL, 10) : 1;
}

// Mostly small, sometimes some pages, rarely large.
static inline size_t random_size(uint64_t *state) {
    uint64_t kind = below(state, 1000);
    return 1 + below(state, kind < 850 ? 600 : kind < 980 ? 10000 : kind < 998 ? 100000 : 3 << 20);
}

// ---- Threads and processes ------------------------------------------------------------------------------------------

// Pauses by futex, the one call that works under every filter of this suite.
static inline void pause_briefly(long microseconds) {
    uint32_t word = 0;
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, NULL, 0);
}

static inline void pause_for(long milliseconds) { pause_briefly(milliseconds * 1000); }

// Waits for a child, which must succeed. Children set an alarm: its signal means that the child hung.
static inline void wait_for(pid_t child) {
    int status;
    CHECK(child > 0);
    pid_t answer;
    while ((answer = waitpid(child, &status, 0)) < 0 && errno == EINTR) continue;
    CHECK(answer == child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) DIE("a child hangs");
    if (WIFSIGNALED(status)) DIE("a child was killed by signal %d", WTERMSIG(status));
    if (status != 0) DIE("a child ended with status %d", WEXITSTATUS(status));
}

static const unsigned CHILD_SECONDS = 20;

static inline void start_detached(void *(*body)(void *), void *argument, size_t stack) {
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, stack) == 0);
    CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
    CHECK(pthread_create(&thread, &attributes, body, argument) == 0);
    pthread_attr_destroy(&attributes);
}

struct named_case {
    const char *name;
    void (*body)(void);
};

#define RUN(cases, arguments) run_case(cases, sizeof cases / sizeof *cases, arguments)

static inline int run_case(const struct named_case *cases, size_t count, char **arguments) {
    for (size_t i = 0; arguments[1] != NULL && i < count; i++) {
        if (strcmp(cases[i].name, arguments[1]) != 0) continue;
        cases[i].body();
        return 0;
    }
    say("there are:");
    for (size_t i = 0; i < count; i++) say("  %s", cases[i].name);
    return 2;
}

#endif
