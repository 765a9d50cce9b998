#ifdef __linux__
// Linux: processors, clocks, futexes, membarrier, the thread's name.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

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

void pageheap_name_this_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
#endif
