// The thread's slot, futexes, the clock, the worker's thread.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"

#ifdef __linux__
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#endif

_Alignas(64) char pageheap_empty_cache_bytes[PAGEHEAP_EMPTY_CACHE_BYTES];
_Alignas(64) char pageheap_process_heap_bytes[PAGEHEAP_PROCESS_HEAP_BYTES];
_Thread_local struct pageheap_thread_slot pageheap_slot = {.cache = pageheap_empty_cache_bytes};

size_t pageheap_processor_count(void) {
    int saved = errno;
    cpu_set_t set;
    long count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    errno = saved;
    return count > 0 ? (size_t)count : 1;
}

static int64_t read_clock(clockid_t clock) {
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t pageheap_monotonic_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t pageheap_coarse_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC_COARSE); }
int64_t pageheap_thread_cpu_nanoseconds(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

bool pageheap_futex_wait(const void *word, uint32_t expected, int64_t nanoseconds) {
    int saved = errno;
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    long answer = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? NULL : &time, NULL, 0);
    bool over = answer != 0 && errno == ETIMEDOUT;
    errno = saved;
    return over;
}

void pageheap_futex_wake(const void *word, int32_t waiters) {
    int saved = errno;
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, NULL, NULL, 0);
    errno = saved;
}

struct thread_start {
    void (*body)(void *);
    void *argument;
    const char *name;
    uint32_t taken;
};

static void *thread_main(void *start) {
    struct thread_start own = *(struct thread_start *)start;
    __atomic_store_n(&((struct thread_start *)start)->taken, 1, __ATOMIC_RELEASE);
    pageheap_futex_wake(&((struct thread_start *)start)->taken, 1);
    pthread_setname_np(pthread_self(), own.name);
    own.body(own.argument);
    return NULL;
}

int pageheap_start_thread(void (*body)(void *), void *argument, const char *name) {
    int saved = errno;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a thread inherits its maker's mask: no moment with signals open
    pthread_attr_t attributes;
    pthread_t thread;
    struct thread_start start = {body, argument, name, 0};
    int answer = pthread_attr_init(&attributes);
    if (answer == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        // Room for the thread-local storage of whatever the program has loaded, which glibc takes from the stack.
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        answer = pthread_create(&thread, &attributes, thread_main, &start);
        pthread_attr_destroy(&attributes);
    }
    while (answer == 0 && __atomic_load_n(&start.taken, __ATOMIC_ACQUIRE) == 0) pageheap_futex_wait(&start.taken, 0, -1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return answer;
}

uint32_t pageheap_make_thread_exit_key(void (*destructor)(void *)) {
    pthread_key_t key;
    return pthread_key_create(&key, destructor) == 0 ? (uint32_t)key : UINT32_MAX;
}

void pageheap_arm_thread_exit(uint32_t key) {
    int saved = errno;
    if (key != UINT32_MAX) pthread_setspecific((pthread_key_t)key, &pageheap_slot);
    errno = saved;
}

bool pageheap_membarrier_register(void) {
    int saved = errno;
    bool there = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    errno = saved;
    return there;
}

void pageheap_membarrier(void) {
    int saved = errno;
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    errno = saved;
}
