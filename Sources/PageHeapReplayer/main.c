// Performs the events of a trace under whatever malloc it was started with, for `pageheap replay`.
//
// pageheap-replayer RATE IDLE
//   RATE   how many times faster than the trace says; 0 for as fast as possible
//   IDLE   milliseconds to wait after the last event
// Events come on standard input, and the result goes to standard output; `replay_stream.h` says what they are.
//
// Each thread of the trace is a real one. One of them at a time has the turn: it performs events until one comes that belongs
// to another, and hands the turn over. So events take place in the order of the trace, and blocks pass between threads as
// they did in the recorded program. A block is touched in each of its pages.
//
// It is written in C, and its own tables are mappings, so that nearly all that malloc is asked for is the trace's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "replay_stream.h"

// EARLY: nanoseconds by which an event may be early. To sleep for less takes longer than that.
enum { BATCH = 2048, PAGE = 4096, STACK = 256 << 10, SPINS = 200, EARLY = 200000 };

// Only the thread that has the turn uses what follows.
static struct pageheap_replay_event batch[BATCH];
static size_t next_event, batch_events, partial_bytes;
static void **blocks;
static uint64_t block_capacity, block_count;
static struct pageheap_replay_result result;
static double rate;
static struct timespec began;
static pthread_t threads[PAGEHEAP_REPLAY_THREADS];
static bool exists[PAGEHEAP_REPLAY_THREADS];
static bool has_ended_thread;
static pthread_t ended_thread;

// A word for each thread, and one for the main thread: 1 if it has the turn.
static atomic_uint turns[PAGEHEAP_REPLAY_THREADS + 1];

static void stop(const char *message) {
    if (write(STDERR_FILENO, message, strlen(message)) < 0) _exit(74);
    _exit(70);
}

static void give_turn(unsigned thread) {
    atomic_store_explicit(&turns[thread], 1, memory_order_release);
    syscall(SYS_futex, &turns[thread], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await_turn(unsigned thread) {
    for (int spin = 0; spin < SPINS; spin++) {
        if (atomic_load_explicit(&turns[thread], memory_order_acquire) != 0) break;
        __builtin_ia32_pause();
    }
    while (atomic_load_explicit(&turns[thread], memory_order_acquire) == 0)
        syscall(SYS_futex, &turns[thread], FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    atomic_store_explicit(&turns[thread], 0, memory_order_relaxed);
    if (has_ended_thread) {
        has_ended_thread = false;
        pthread_join(ended_thread, NULL);
    }
}

// Returns the next event without taking it; null at the end.
static const struct pageheap_replay_event *peek(void) {
    while (next_event == batch_events) {
        char *into = (char *)batch;
        // What was read of an event that is not whole yet lies at the front.
        ssize_t count = read(STDIN_FILENO, into + partial_bytes, sizeof batch - partial_bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return NULL;
        partial_bytes += (size_t)count;
        batch_events = partial_bytes / sizeof *batch;
        next_event = 0;
        if (batch_events == 0) continue;
        partial_bytes -= batch_events * sizeof *batch;
        if (partial_bytes == 0) continue;
        // Rare: finish the last event, so that the batch is whole.
        while (partial_bytes < sizeof *batch) {
            char *rest = (char *)&batch[batch_events];
            count = read(STDIN_FILENO, rest + partial_bytes, sizeof *batch - partial_bytes);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            partial_bytes += (size_t)count;
        }
        if (partial_bytes == sizeof *batch) batch_events++;
        partial_bytes = 0;
    }
    return &batch[next_event];
}

static void make_room(uint32_t block) {
    if (block < block_capacity) return;
    uint64_t capacity = block_capacity == 0 ? 1 << 16 : block_capacity;
    while (capacity <= block) capacity *= 2;
    void *room = block_capacity == 0 ? mmap(NULL, capacity * sizeof *blocks, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                     : mremap(blocks, block_capacity * sizeof *blocks, capacity * sizeof *blocks,
                                              MREMAP_MAYMOVE);
    if (room == MAP_FAILED) stop("pageheap-replayer: there is no memory for the table of blocks\n");
    madvise(room, capacity * sizeof *blocks, MADV_NOHUGEPAGE);
    blocks = room;
    block_capacity = capacity;
}

static void touch(volatile char *block, uint64_t bytes) {
    if (block == NULL || bytes == 0) return;
    for (uint64_t offset = 0; offset < bytes; offset += PAGE) block[offset] = 1;
    block[bytes - 1] = 1;
}

static void wait_for(uint64_t nanoseconds) {
    if (rate <= 0) return;
    double due = (double)nanoseconds / rate;
    struct timespec until = began, now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (due - (double)(now.tv_sec - began.tv_sec) * 1e9 - (double)(now.tv_nsec - began.tv_nsec) < EARLY) return;
    until.tv_sec += (time_t)(due / 1e9);
    until.tv_nsec += (long)(due - (double)(time_t)(due / 1e9) * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
}

static void perform(const struct pageheap_replay_event *event) {
    wait_for(event->nanoseconds);
    make_room(event->block);
    if (event->block >= block_count) block_count = (uint64_t)event->block + 1;
    void **block = &blocks[event->block], *moved;
    result.events++;
    switch (event->action) {
    case PAGEHEAP_REPLAY_ALLOCATE:
        *block = event->alignment_log2 > 4 ? memalign((size_t)1 << event->alignment_log2, event->bytes)
                                           : malloc(event->bytes);
        if (*block == NULL && event->bytes > 0) result.refused++;
        touch(*block, event->bytes);
        break;
    case PAGEHEAP_REPLAY_FREE:
        free(*block);
        *block = NULL;
        break;
    case PAGEHEAP_REPLAY_REALLOCATE:
        moved = realloc(*block, event->bytes > 0 ? event->bytes : 1);
        if (moved == NULL) {
            result.refused++;
        } else {
            *block = moved;
            touch(moved, event->bytes);
        }
        break;
    default: break;
    }
}

static void *run(void *argument);

// Hands the turn to the thread of the next event, which is made if it does not exist, or to the main thread at the end.
static void hand_over(const struct pageheap_replay_event *event) {
    unsigned thread = event == NULL ? PAGEHEAP_REPLAY_THREADS : event->thread;
    if (event != NULL && !exists[thread]) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK);
        exists[thread] = true;
        if (pthread_create(&threads[thread], &attributes, run, (void *)(uintptr_t)thread) != 0)
            stop("pageheap-replayer: the system refuses another thread\n");
        pthread_attr_destroy(&attributes);
    }
    give_turn(thread);
}

static void *run(void *argument) {
    unsigned own = (unsigned)(uintptr_t)argument;
    await_turn(own);
    while (true) {
        const struct pageheap_replay_event *event = peek();
        if (event == NULL || event->thread != own) {
            hand_over(event);
            await_turn(own);
            continue;
        }
        next_event++;
        if (event->action != PAGEHEAP_REPLAY_END_THREAD) {
            perform(event);
            continue;
        }
        exists[own] = false;
        ended_thread = pthread_self();
        has_ended_thread = true;
        hand_over(peek());
        return NULL;
    }
}

// The figure of a line of a file in /proc, in bytes.
static uint64_t figure(const char *path, const char *name) {
    static char text[8192];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[length > 0 ? length : 0] = 0;
    const char *line = strstr(text, name);
    return line != NULL ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

static uint64_t resident(void) {
    uint64_t exact = figure("/proc/self/smaps_rollup", "Rss:");
    return exact != 0 ? exact : figure("/proc/self/status", "VmRSS:");
}

static uint64_t nanoseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_usec * 1000;
}

static uint64_t beyond(uint64_t bytes, uint64_t own) { return bytes > own ? bytes - own : 0; }

int main(int count, char **arguments) {
    if (count < 3) stop("pageheap-replayer is a part of pageheap; see 'pageheap replay --help'\n");
    rate = strtod(arguments[1], NULL);
    long idle = strtol(arguments[2], NULL, 10);
    memset(batch, 0, sizeof batch);
    struct rusage before, after, idled;
    struct timespec ended;
    uint64_t own = resident();
    getrusage(RUSAGE_SELF, &before);
    clock_gettime(CLOCK_MONOTONIC, &began);

    const struct pageheap_replay_event *first = peek();
    if (first != NULL) {
        hand_over(first);
        await_turn(PAGEHEAP_REPLAY_THREADS);
    }

    clock_gettime(CLOCK_MONOTONIC, &ended);
    getrusage(RUSAGE_SELF, &after);
    own += (block_count * sizeof *blocks + PAGE - 1) / PAGE * PAGE;
    uint64_t final = resident();
    // The kernel's mark is kept in batches per processor, so it may be a little behind.
    uint64_t peak = figure("/proc/self/status", "VmHWM:");
    struct timespec pause = {.tv_sec = idle / 1000, .tv_nsec = idle % 1000 * 1000000};
    while (nanosleep(&pause, &pause) < 0 && errno == EINTR) {}
    getrusage(RUSAGE_SELF, &idled);
    result.peak_resident_bytes = beyond(peak > final ? peak : final, own);
    result.final_resident_bytes = beyond(final, own);
    result.idle_resident_bytes = beyond(resident(), own);
    result.wall_nanoseconds = (uint64_t)(ended.tv_sec - began.tv_sec) * 1000000000 + (uint64_t)ended.tv_nsec -
                              (uint64_t)began.tv_nsec;
    result.user_nanoseconds = nanoseconds(after.ru_utime) - nanoseconds(before.ru_utime);
    result.system_nanoseconds = nanoseconds(after.ru_stime) - nanoseconds(before.ru_stime);
    result.idle_cpu_nanoseconds = nanoseconds(idled.ru_utime) + nanoseconds(idled.ru_stime) -
                                  nanoseconds(after.ru_utime) - nanoseconds(after.ru_stime);
    result.faults = (uint64_t)(after.ru_minflt - before.ru_minflt);
    return write(STDOUT_FILENO, &result, sizeof result) == sizeof result ? 0 : 74;
}
