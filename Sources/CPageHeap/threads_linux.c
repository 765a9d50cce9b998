#ifdef __linux__
// Linux: processors, clocks, futexes, membarrier, and thread identifiers.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

static uint32_t quota_hundredths = UINT32_MAX;  // relaxed: a single figure

void pageheap_note_processor_quota(uint32_t hundredths) {
    __atomic_store_n(&quota_hundredths, hundredths, __ATOMIC_RELAXED);
}

// The set has room for 8,192 processors, the most that a kernel can be built for, and not for more: a thread's stack may have 16 KiB
// in all.
uint32_t pageheap_processor_hundredths(void) {
    int saved = errno;
    unsigned long set[128];
    // In a sandbox, calls of the program ask, and the system might kill them for it.
    long bytes = pageheap_keeps_to_plain_calls() ? 0 : syscall(SYS_sched_getaffinity, 0, sizeof set, set);
    long count = 0;
    for (long word = 0; word < bytes / (long)sizeof set[0]; word++) count += __builtin_popcountl(set[word]);
    errno = saved;
    // Not by sysconf: the worker asks, whose thread the C library does not know, and parsing a file uses what it has per thread.
    static uint32_t known;  // relaxed: the last count that was granted
    if (count > 0) __atomic_store_n(&known, (uint32_t)count, __ATOMIC_RELAXED);
    else count = __atomic_load_n(&known, __ATOMIC_RELAXED);
    uint32_t machine = count > 0 && count < 1000000 ? (uint32_t)count * 100 : 100;
    uint32_t quota = __atomic_load_n(&quota_hundredths, __ATOMIC_RELAXED);
    return quota < machine ? quota : machine;
}

uint32_t pageheap_processor_quota(void) { return __atomic_load_n(&quota_hundredths, __ATOMIC_RELAXED); }

// The C library reads the number from the thread's rseq area if it has registered one, else from the kernel's vDSO; where
// there is neither, it makes a system call.
uint32_t pageheap_current_processor(void) {
    if (pageheap_keeps_to_plain_calls()) return 0;
    int saved = errno;
    int number = sched_getcpu();
    errno = saved;
    return number > 0 ? (uint32_t)number : 0;
}

// ---- Clocks

static uint32_t plain_calls_only;  // relaxed: the thread that sets it has made sure that no worker runs

void pageheap_keep_to_plain_calls(void) { __atomic_store_n(&plain_calls_only, 1, __ATOMIC_RELAXED); }

bool pageheap_keeps_to_plain_calls(void) { return __atomic_load_n(&plain_calls_only, __ATOMIC_RELAXED) != 0; }

static int64_t read_clock(clockid_t clock) {
    struct timespec now = {0, 0};
    // Only the coarse clock is read without a system call on every machine.
    clock_gettime(pageheap_keeps_to_plain_calls() ? CLOCK_MONOTONIC_COARSE : clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t pageheap_monotonic_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t pageheap_coarse_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC_COARSE); }
int64_t pageheap_process_cpu_nanoseconds(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
int64_t pageheap_thread_cpu_nanoseconds(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

// ---- Waiting

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

// ---- Barriers

bool pageheap_membarrier_register(void) {
    if (pageheap_keeps_to_plain_calls()) return false;
    int saved = errno;
    bool there = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    errno = saved;
    return there;
}

bool pageheap_membarrier(void) {
    if (pageheap_keeps_to_plain_calls()) return false;
    int saved = errno;
    bool passed = syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
    errno = saved;
    return passed;
}

// ---- Threads and processes

uint32_t pageheap_thread_identifier(void) {
    if (pageheap_keeps_to_plain_calls()) return 0;
    int saved = errno;
    long identifier = syscall(SYS_gettid);
    errno = saved;
    return identifier > 0 ? (uint32_t)identifier : 0;
}

// Any error but ESRCH proves nothing, so the thread counts as alive.
bool pageheap_thread_lives(uint32_t identifier) {
    if (identifier == 0 || pageheap_process_identifier() == 0 || pageheap_keeps_to_plain_calls()) return true;
    int saved = errno;
    // The identifier as noted: a vfork child has another one, but the caches in its memory belong to its parent's threads.
    bool lives = syscall(SYS_tgkill, (long)pageheap_process_identifier(), (long)identifier, 0) == 0 || errno != ESRCH;
    errno = saved;
    return lives;
}

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static uint32_t unwiped_mark;
uint32_t *pageheap_mark = &unwiped_mark;

bool pageheap_make_process_mark(void) {
    if (pageheap_mark != &unwiped_mark) return true;
    uintptr_t bytes = pageheap_physical_page_bytes();
    uint32_t *mark = pageheap_map(bytes, PAGEHEAP_ACCESS_READ_WRITE);
    if (mark == NULL) return false;
    int saved = errno;
    bool is_wiped = madvise(mark, bytes, MADV_WIPEONFORK) == 0;
    errno = saved;
    if (is_wiped) pageheap_mark = mark;
    else pageheap_unmap(mark, bytes);
    return is_wiped;
}

void pageheap_name_this_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
#endif
