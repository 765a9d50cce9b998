// What Swift cannot say: thread-local storage, raw system calls that keep errno, futexes, threads, compiler fences.
// Nothing here calls Swift, and nothing here allocates, except pageheap_start_thread (through pthread_create).
#ifndef CPAGEHEAP_H
#define CPAGEHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pageheap_statistics_page.h"

// ---- The thread's slot ------------------------------------------------------------------------------------------

// Small enough for the initial-exec thread-local space that dlopen has left. `cache` is never null: it points to the
// empty cache where the thread has none, or while the scavenger drains the thread's own.
struct pageheap_thread_slot {
    void *_Nonnull cache;       // what malloc and free work on; swapped by the drainer
    uint32_t busy;              // 1 while the owner works on the cache
    uint32_t state;             // a ThreadSlot.State of Swift's; 0 is a new thread
    void *_Nullable own_cache;  // the thread's own cache, also while `cache` is the empty one
    uint32_t held_ranks;        // checked builds: the locks held, a bit a rank
};

extern _Thread_local struct pageheap_thread_slot pageheap_slot
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline __attribute__((always_inline)) struct pageheap_thread_slot *_Nonnull pageheap_thread_slot(void) {
    return &pageheap_slot;
}

// A cache that holds nothing and takes nothing: all its counts and capacities are zero, for ever.
enum { PAGEHEAP_EMPTY_CACHE_BYTES = 77824 };
extern char pageheap_empty_cache_bytes[PAGEHEAP_EMPTY_CACHE_BYTES] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) void *_Nonnull pageheap_empty_cache(void) {
    return pageheap_empty_cache_bytes;
}

// The compiler may not move memory accesses across this; the processor may.
static inline __attribute__((always_inline)) void pageheap_compiler_fence(void) { __asm__ volatile("" ::: "memory"); }

// Zeroed static memory for the process's one malloc heap; what lives in it is Swift's business.
enum { PAGEHEAP_PROCESS_HEAP_BYTES = 65536 };
extern char pageheap_process_heap_bytes[PAGEHEAP_PROCESS_HEAP_BYTES] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) void *_Nonnull pageheap_process_heap(void) {
    return pageheap_process_heap_bytes;
}

// Where several threads wait for one lock: spin politely.
static inline __attribute__((always_inline)) void pageheap_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("yield" ::: "memory");
#endif
}

// ---- Memory (all keep errno; an int answer is 0 or a positive errno) -----------------------------------------------

enum { PAGEHEAP_ACCESS_NONE = 0, PAGEHEAP_ACCESS_READ = 1, PAGEHEAP_ACCESS_READ_WRITE = 2 };
enum { PAGEHEAP_RELEASE_DONTNEED = 0, PAGEHEAP_RELEASE_FREE = 1 };

void *_Nullable pageheap_map(size_t bytes, int access);
int pageheap_unmap(void *_Nonnull address, size_t bytes);
int pageheap_protect(void *_Nonnull address, size_t bytes, int access);
int pageheap_release_range(void *_Nonnull address, size_t bytes, int method);
// The same for ranges of {address, bytes}, in one call where the kernel has one. How many, from the first on, are released.
size_t pageheap_release_ranges(const void *_Nonnull ranges, size_t count, int method);
#ifdef __APPLE__
int pageheap_reuse_range(void *_Nonnull address, size_t bytes);  // released memory will be used: it counts again
#endif
bool pageheap_released_memory_reads_zero(void);  // tried on a page of its own, unless known

// Huge pages: where they are wanted, where they are not, and parting one, so that its pieces can be given back one by one.
int pageheap_allow_huge_pages(void *_Nonnull address, size_t bytes);  // an error, too, where none could be parted again
int pageheap_forbid_huge_pages(void *_Nonnull address, size_t bytes);
int pageheap_part_huge_page(void *_Nonnull address, size_t bytes);  // the one under some of its physical pages
bool pageheap_huge_pages_come_unasked(void);

// ---- The machine -----------------------------------------------------------------------------------------------------

size_t pageheap_physical_page_bytes(void);
size_t pageheap_huge_page_bytes(void);  // 0 where unknown
size_t pageheap_processor_count(void);  // that this process may run on; at least 1
bool pageheap_address_space_is_limited(void);
size_t pageheap_largest_request_bytes(void);  // memory and swap; without limit where the system promises more on purpose

// ---- Time (nanoseconds) ----------------------------------------------------------------------------------------------

int64_t pageheap_monotonic_nanoseconds(void);
int64_t pageheap_coarse_nanoseconds(void);  // the monotonic clock, some milliseconds late
int64_t pageheap_thread_cpu_nanoseconds(void);

// ---- Threads -----------------------------------------------------------------------------------------------------------

// Sleeps while *word == expected, at most so long (negative: without end). Spurious returns are possible. True: time is up.
bool pageheap_futex_wait(const void *_Nonnull word, uint32_t expected, int64_t nanoseconds);
void pageheap_futex_wake(const void *_Nonnull word, int32_t waiters);

// A detached thread with all signals blocked and a small stack. 0 or a positive errno.
int pageheap_start_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument, const char *_Nonnull name);

// A key whose destructor runs when a thread that is armed with it exits.
uint32_t pageheap_make_thread_exit_key(void (*_Nonnull destructor)(void *_Nullable));
void pageheap_arm_thread_exit(uint32_t key);

bool pageheap_membarrier_register(void);  // false: this kernel has none
void pageheap_membarrier(void);           // every running thread of the process passes a full barrier

// ---- Messages and options ------------------------------------------------------------------------------------------

void pageheap_write_error(const char *_Nonnull text, size_t bytes);  // to standard error, whole, keeping errno
_Noreturn void pageheap_abort(void);
const char *_Nullable *_Nullable pageheap_environment(void);  // the process's; null in a secure-execution program
void *_Nullable pageheap_find_function(const char *_Nonnull name);  // the process's first of that name; null: there is none

// ---- The statistics page -------------------------------------------------------------------------------------------

// Creates DIRECTORY/PID.N for this process and maps it; null where that cannot be.
struct pageheap_statistics_page *_Nullable pageheap_statistics_page_create(const char *_Nonnull directory);
void pageheap_statistics_page_unmap(struct pageheap_statistics_page *_Nonnull page);

#endif
