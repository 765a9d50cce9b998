#ifdef __linux__
// Linux: the bare thread, which the C library does not know about.
//
// It is created with clone alone. So its creation takes no lock of the C library (free may be called with some of them
// held), the process ends when the program's own last thread does, and to the C library a program of one thread remains
// single-threaded. The C library keeps its per-thread data at the thread pointer. For the bare thread a region of our own
// stands in for that data. It holds only what the thread uses: the heap's slot, errno, and the stack protector's canary.
//
//     guard page | stack … | used part of thread-local storage | head, at the thread pointer
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

// Stack size: several times what the deepest call needs (a release, with a batch of ranges and a trace line).
enum { stack_bytes = 128 * 1024 };
// Bytes that are copied from the thread pointer on: more than the part whose layout compilers rely on.
enum { head_bytes = 256 };

static struct {
    void (*body)(void *);
    void *argument;
    char *region;         // kept for the next thread
    uintptr_t region_bytes;
    uint32_t identifier;  // the kernel clears it when the thread has ended, and wakes one waiter
    uint32_t latest;      // the same, but the kernel does not clear it
} bare;

// The attributes that the process was started with. The program's threads may have changed their own since.
static struct {
    unsigned long processors[128];  // an affinity mask
    long processor_bytes;
    int nice;
} started_with;

static uint32_t noted_process;

uint32_t pageheap_process_identifier(void) { return noted_process; }

bool pageheap_is_noted_process(void) { return !pageheap_keeps_to_plain_calls() && (uint32_t)getpid() == noted_process; }

void pageheap_note_process_attributes(void) {
    if (pageheap_keeps_to_plain_calls()) return;
    int saved = errno;
    noted_process = (uint32_t)getpid();
    started_with.processor_bytes =
        syscall(SYS_sched_getaffinity, 0, sizeof started_with.processors, started_with.processors);
    // The raw system call returns 20 minus the nice value.
    long raised = syscall(SYS_getpriority, PRIO_PROCESS, 0);
    started_with.nice = raised > 0 ? 20 - (int)raised : 0;
    errno = saved;
}

// Gives the calling thread the process's attributes. Ignores errors: a worker on the wrong processor is better than none.
static void take_process_attributes(void) {
    struct sched_param none = {.sched_priority = 0};
    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none);
    syscall(SYS_setpriority, PRIO_PROCESS, 0, started_with.nice);
    if (started_with.processor_bytes > 0)
        syscall(SYS_sched_setaffinity, 0, started_with.processor_bytes, started_with.processors);
    syscall(SYS_prctl, PR_SET_TIMERSLACK, 50000UL, 0UL, 0UL, 0UL);
    syscall(SYS_prctl, PR_SET_NAME, "pageheap", 0UL, 0UL, 0UL);
}

static int run(void *unused) {
    (void)unused;
    __atomic_store_n(&bare.latest, pageheap_thread_identifier(), __ATOMIC_RELAXED);
    take_process_attributes();
    bare.body(bare.argument);
    return 0;  // the C library's clone wrapper then ends this thread only
}

// Measures the thread-local storage in use, in bytes below and above the thread pointer.
static void measure_storage(uintptr_t *below, uintptr_t *above) {
    uintptr_t pointer = (uintptr_t)__builtin_thread_pointer();
    uintptr_t used[2][2] = {{(uintptr_t)&pageheap_slot, sizeof pageheap_slot}, {(uintptr_t)&errno, sizeof errno}};
    *below = 0;
    *above = head_bytes;
    for (int i = 0; i < 2; i++) {
        if (used[i][0] < pointer && pointer - used[i][0] > *below) *below = pointer - used[i][0];
        if (used[i][0] > pointer && used[i][0] + used[i][1] - pointer > *above)
            *above = used[i][0] + used[i][1] - pointer;
    }
}

// Prepares the region for a new thread. Returns the address of its thread pointer, or NULL if there is no memory.
static char *prepare_region(void) {
    uintptr_t page = pageheap_physical_page_bytes(), below, above;
    measure_storage(&below, &above);
    uintptr_t bytes = (page + stack_bytes + below + above + 2 * 64 + page - 1) / page * page;
    if (bare.region == NULL || bare.region_bytes < bytes) {
        if (bare.region != NULL) pageheap_unmap(bare.region, bare.region_bytes);
        bare.region = pageheap_map(bytes, PAGEHEAP_ACCESS_READ_WRITE);
        bare.region_bytes = bytes;
        if (bare.region == NULL) return NULL;
        pageheap_protect(bare.region, page, PAGEHEAP_ACCESS_NONE);
    }
    char *pointer = (char *)(((uintptr_t)bare.region + page + stack_bytes + below + 2 * 64 - 1) / 64 * 64);
    const char *own = __builtin_thread_pointer();
    memcpy(pointer, own, head_bytes);  // the stack canary and the like
#if defined(__x86_64__)
    // The architecture requires that the thread pointer points to its own address. The C library keeps it a second time.
    char **words = (char **)(void *)pointer;
    words[0] = pointer;
    words[1] = NULL;
    words[2] = pointer;
#endif
    struct pageheap_thread_slot *slot = (void *)(pointer + ((const char *)&pageheap_slot - own));
    *slot = (struct pageheap_thread_slot){.cache = pageheap_empty_cache_bytes, .state = PAGEHEAP_THREAD_WITHOUT_CACHE};
    return pointer;
}

int pageheap_start_bare_thread(void (*body)(void *), void *argument) {
    int saved = errno;
    sigset_t all, before;
    pageheap_join_bare_thread();  // a thread that is about to end may still use the stack
    if (__atomic_load_n(&bare.identifier, __ATOMIC_ACQUIRE) != 0) {
        errno = saved;
        return EAGAIN;
    }
    bare.body = body;
    bare.argument = argument;
    char *pointer = prepare_region();
    int error = ENOMEM;
    // All signals, including those that the C library reserves for itself.
    memset(&all, 0xff, sizeof all);
    if (pointer != NULL && syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, (size_t)8) != 0) {
        error = errno;
    } else if (pointer != NULL) {
        uintptr_t below, above;
        measure_storage(&below, &above);
        uintptr_t top = ((uintptr_t)pointer - below - 64) & ~(uintptr_t)63;
        // Set before the thread exists, because its end clears it.
        __atomic_store_n(&bare.identifier, UINT32_MAX, __ATOMIC_RELAXED);
        int made = clone(run, (void *)top,
                         CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                             CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
                         NULL, &bare.identifier, pointer, &bare.identifier);
        error = made < 0 ? errno : 0;
        if (made < 0) {
            // Do what the kernel does when a thread ends: another thread may already be waiting.
            __atomic_store_n(&bare.identifier, 0, __ATOMIC_RELEASE);
            syscall(SYS_futex, &bare.identifier, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
        }
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, (size_t)8);
    }
    errno = saved;
    return error;
}

void pageheap_join_bare_thread(void) {
    int saved = errno;
    uint32_t identifier;
    bool has_waited = false;
    // Not a private futex, because the kernel's wake is not private either. The kernel wakes one waiter, which wakes the
    // rest. The wait is bounded: the calling thread may be in a signal handler, and hold a lock that the bare thread needs
    // in order to end.
    struct timespec slice = {.tv_nsec = 20000000};
    for (int i = 0; i < 50 && (identifier = __atomic_load_n(&bare.identifier, __ATOMIC_ACQUIRE)) != 0; i++) {
        syscall(SYS_futex, &bare.identifier, FUTEX_WAIT, identifier, &slice, NULL, 0);
        has_waited = true;
    }
    if (__atomic_load_n(&bare.identifier, __ATOMIC_ACQUIRE) != 0) {
        errno = saved;
        return;
    }
    if (has_waited) syscall(SYS_futex, &bare.identifier, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    // The identifier is cleared shortly before the kernel stops counting the thread. Bounded, because a new thread may
    // have been given the same identifier.
    uint32_t latest = __atomic_exchange_n(&bare.latest, 0, __ATOMIC_RELAXED);
    for (int i = 0; i < 10000 && latest != 0 && pageheap_thread_lives(latest); i++) sched_yield();
    errno = saved;
}

bool pageheap_has_bare_thread(void) {
    return __atomic_load_n(&bare.identifier, __ATOMIC_ACQUIRE) != 0 || __atomic_load_n(&bare.latest, __ATOMIC_RELAXED) != 0;
}

void pageheap_forget_bare_thread(void) {
    __atomic_store_n(&bare.identifier, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&bare.latest, 0, __ATOMIC_RELAXED);
}

void pageheap_stop_from_bare_thread(void) {
    if ((uint32_t)syscall(SYS_gettid) != __atomic_load_n(&bare.identifier, __ATOMIC_ACQUIRE)) return;
    // Sent to the process: another thread runs the program's handler, if there is one. This thread cannot.
    kill(getpid(), SIGABRT);
    for (int i = 0; i < 20; i++) {
        struct timespec time = {.tv_nsec = 50000000};
        syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
    }
    // The handler has returned, or the signal is ignored: end the process anyway, as abort does.
    signal(SIGABRT, SIG_DFL);
    kill(getpid(), SIGABRT);
    syscall(SYS_exit_group, 134);
}

#if __has_include(<sys/single_threaded.h>)
extern char __libc_single_threaded __attribute__((weak));
bool pageheap_program_is_single_threaded(void) {
    return &__libc_single_threaded != NULL && __libc_single_threaded != 0;
}
#else
bool pageheap_program_is_single_threaded(void) { return false; }
#endif
#endif
