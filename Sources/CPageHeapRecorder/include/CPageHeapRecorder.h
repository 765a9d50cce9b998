// What the recorder, libpageheaprecord.so, does in C: the thread's slot, the clock, the next malloc, the trace's file.
// Nothing here allocates. System calls are made raw where the C library's functions are cancellation points.
#ifndef CPAGEHEAPRECORDER_H
#define CPAGEHEAPRECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- The thread's slot ------------------------------------------------------------------------------------------

struct pageheap_recorder_slot {
    void *_Nullable record;  // the thread's ThreadRecord
    uint32_t is_inside;      // whether the thread is in the recorder's slow path: what it allocates there is not recorded
    uint32_t has_ended;      // whether the thread's end was recorded
};

extern _Thread_local struct pageheap_recorder_slot pageheap_recorder_slot_storage
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline __attribute__((always_inline)) struct pageheap_recorder_slot *_Nonnull pageheap_recorder_slot(void) {
    return &pageheap_recorder_slot_storage;
}

// Calls pageheap_recorder_thread_ended (in Swift) with the record when the calling thread ends.
void pageheap_recorder_watch_thread(void *_Nonnull record);

// ---- The clock --------------------------------------------------------------------------------------------------

extern bool pageheap_recorder_counts_cycles __attribute__((visibility("hidden")));
uint64_t pageheap_recorder_nanoseconds(void);

// Returns the tick. Instructions before and after it may run out of order.
static inline __attribute__((always_inline)) uint64_t pageheap_recorder_tick(void) {
#if defined(__x86_64__)
    if (__builtin_expect(pageheap_recorder_counts_cycles, 1)) return __builtin_ia32_rdtsc();
#endif
    return pageheap_recorder_nanoseconds();
}

// Returns a tick that was read after all instructions before it were done, and before any after it began.
static inline __attribute__((always_inline)) uint64_t pageheap_recorder_ordered_tick(void) {
#if defined(__x86_64__)
    __builtin_ia32_lfence();
    uint64_t tick = pageheap_recorder_tick();
    __builtin_ia32_lfence();
    return tick;
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    uint64_t tick = pageheap_recorder_tick();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return tick;
#endif
}

// Which thread records alone: see Sources/PageHeapRecorder/EventTime.swift. On a cache line of its own.
struct pageheap_recorder_owner {
    _Alignas(64) uint32_t thread;
};
extern struct pageheap_recorder_owner pageheap_recorder_owner_storage __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) uint32_t pageheap_recorder_owner(void) {
    return __atomic_load_n(&pageheap_recorder_owner_storage.thread, __ATOMIC_ACQUIRE);
}
// A full barrier.
static inline __attribute__((always_inline)) void pageheap_recorder_set_owner(uint32_t thread) {
    __atomic_exchange_n(&pageheap_recorder_owner_storage.thread, thread, __ATOMIC_SEQ_CST);
}

// Stops the compiler from moving memory accesses across it.
static inline __attribute__((always_inline)) void pageheap_recorder_fence(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// ---- The next malloc --------------------------------------------------------------------------------------------

// The functions that would have been called without the recorder. malloc and free can always be called; the others after
// pageheap_recorder_find_next.
struct pageheap_recorder_next {
    void *_Nullable (*_Nonnull malloc)(size_t);
    void (*_Nonnull free)(void *_Nullable);
    void *_Nullable (*_Nullable calloc)(size_t, size_t);
    void *_Nullable (*_Nullable realloc)(void *_Nullable, size_t);
    void *_Nullable (*_Nullable memalign)(size_t, size_t);
    void *_Nullable (*_Nullable aligned_alloc)(size_t, size_t);
    int (*_Nullable posix_memalign)(void *_Nullable *_Nonnull, size_t, size_t);
    void *_Nullable (*_Nullable valloc)(size_t);
    void *_Nullable (*_Nullable pvalloc)(size_t);
    void (*_Nullable free_sized)(void *_Nullable, size_t);                  // NULL if there is none
    void (*_Nullable free_aligned_sized)(void *_Nullable, size_t, size_t);  // NULL if there is none
};
extern struct pageheap_recorder_next pageheap_recorder_next __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) void *_Nullable pageheap_recorder_next_malloc(uintptr_t bytes) {
    return pageheap_recorder_next.malloc(bytes);
}
static inline __attribute__((always_inline)) void pageheap_recorder_next_free(void *_Nullable block) {
    pageheap_recorder_next.free(block);
}

void pageheap_recorder_find_next(void);

// Memory for allocations that are made while the next malloc is being looked up. It is never reused.
enum { PAGEHEAP_EARLY_BYTES = 65536 };
extern char pageheap_recorder_early[PAGEHEAP_EARLY_BYTES] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) bool pageheap_recorder_is_early(uintptr_t address) {
    return address - (uintptr_t)pageheap_recorder_early < PAGEHEAP_EARLY_BYTES;
}

// ---- The trace's file -------------------------------------------------------------------------------------------

// Opens the file that PAGEHEAPRECORD_FILE names (PageHeap itself would take PAGEHEAP_… for a setting), maps its first `header_bytes` to be written, and gives memory that is zero
// again in a child after a fork, for the process's record. What the header has at `clock_offset` says which clock counts. Does so
// once. Returns false if there is nothing to record to: then
// nothing is ever recorded, and unless no file is named, a line has said so.
bool pageheap_recorder_open(uintptr_t header_bytes, uintptr_t clock_offset, uint32_t processor_clock);
bool pageheap_recorder_may_open(void);           // false before the environment is known
void *_Nonnull pageheap_recorder_header(void);   // after it was opened
void *_Nonnull pageheap_recorder_process(void);  // a page; after it was opened

// Maps the next `bytes` of the file, a multiple of the page, which other processes do not get. The space is on the disk: no
// store to it can fail. Returns NULL and an error number if there is no space.
void *_Nullable pageheap_recorder_claim(uintptr_t bytes, uintptr_t claimed_end_offset, int *_Nonnull error);
void pageheap_recorder_unmap(void *_Nonnull address, uintptr_t bytes);
// Maps memory that is zero again in a child after a fork.
void *_Nullable pageheap_recorder_map_wiped(uintptr_t bytes);

// The number of the process in the trace that this one was last, or was forked from, plus 1; 0 if there is none. Kept over forks.
uint32_t pageheap_recorder_last_process(void);
void pageheap_recorder_set_last_process(uint32_t process);

// The text that describes the process: its executable, and its arguments, each with a zero byte after it. Returns their lengths.
struct pageheap_recorder_texts {
    uint32_t executable, arguments;
};
struct pageheap_recorder_texts pageheap_recorder_describe(
    char *_Nonnull executable, uintptr_t executable_bytes, char *_Nonnull arguments, uintptr_t arguments_bytes);
uint32_t pageheap_recorder_process_identifier(void);
uint32_t pageheap_recorder_parent_identifier(void);

// Says in one line on standard error that recording stops, and why.
void pageheap_recorder_say_stopped(int error);

// Blocks all signals, and returns what to give to the second to have them back. Both keep errno.
uint64_t pageheap_recorder_block_signals(void);
void pageheap_recorder_restore_signals(uint64_t before);
void pageheap_recorder_yield(void);
int pageheap_recorder_errno(void);
void pageheap_recorder_set_errno(int error);

#endif
