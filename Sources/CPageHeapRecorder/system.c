// The recorder's dealings with the system: the thread's slot and its end, signals, the clock, what describes the process.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CPageHeapRecorder.h"

void pageheap_recorder_thread_ended(void *record);
void pageheap_recorder_process_ends(void);

_Thread_local struct pageheap_recorder_slot pageheap_recorder_slot_storage;
struct pageheap_recorder_owner pageheap_recorder_owner_storage;
bool pageheap_recorder_counts_cycles = true;

// ---- The end of threads -----------------------------------------------------------------------------------------

static pthread_key_t key;
static int key_state;  // 0: not made, 1: made, 2: cannot be made

// Other destructors of the thread may still free blocks, so the recorder's own asks to be called again, until the last round.
static _Thread_local int rounds __attribute__((tls_model("initial-exec")));

static void thread_ends(void *record) {
    if (++rounds < 4 && pthread_setspecific(key, record) == 0) return;
    rounds = 0;
    pageheap_recorder_thread_ended(record);
}

void pageheap_recorder_watch_thread(void *record) {
    // Under the process's lock.
    if (key_state == 0) key_state = pthread_key_create(&key, thread_ends) == 0 ? 1 : 2;
    if (key_state == 1) pthread_setspecific(key, record);
}

// The blocks of other threads stay open: they may be recording.
__attribute__((destructor)) static void process_ends(void) { pageheap_recorder_process_ends(); }

// ---- Signals, time ----------------------------------------------------------------------------------------------

uint64_t pageheap_recorder_block_signals(void) {
    int saved = errno;
    uint64_t all = ~(uint64_t)0, before = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    errno = saved;
    return before;
}

void pageheap_recorder_restore_signals(uint64_t before) {
    int saved = errno;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    errno = saved;
}

void pageheap_recorder_yield(void) { sched_yield(); }
int pageheap_recorder_errno(void) { return errno; }
void pageheap_recorder_set_errno(int error) { errno = error; }

uint64_t pageheap_recorder_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

// ---- What describes the process ---------------------------------------------------------------------------------

static uint32_t read_file(const char *path, char *text, uintptr_t bytes) {
    uintptr_t count = 0;
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    while (file >= 0 && count < bytes) {
        long got = syscall(SYS_read, file, text + count, bytes - count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        count += (uintptr_t)got;
    }
    if (file >= 0) syscall(SYS_close, file);
    return (uint32_t)count;
}

struct pageheap_recorder_texts pageheap_recorder_describe(
    char *executable, uintptr_t executable_bytes, char *arguments, uintptr_t arguments_bytes) {
    struct pageheap_recorder_texts texts = {0, 0};
    long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", executable, executable_bytes);
    if (length > 0) texts.executable = (uint32_t)length;
    texts.arguments = read_file("/proc/self/cmdline", arguments, arguments_bytes);
    return texts;
}

uint32_t pageheap_recorder_process_identifier(void) { return (uint32_t)getpid(); }
uint32_t pageheap_recorder_parent_identifier(void) { return (uint32_t)getppid(); }
