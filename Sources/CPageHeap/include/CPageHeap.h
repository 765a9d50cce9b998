// What Swift cannot say: thread-local storage, raw system calls that keep errno, futexes, threads, compiler fences.
// Nothing here calls Swift, and nothing here allocates, except pageheap_start_thread (through pthread_create). Nothing that
// malloc or free may reach is a cancellation point: system calls are made raw.
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
    uint32_t passes_locks;      // 0, or why the thread passes through locks
};

// The thread has all locks, for a fork; it stops the program.
enum { PAGEHEAP_PASSES_FOR_FORK = 1, PAGEHEAP_PASSES_TO_STOP = 2 };

// The state of a thread that never gets a cache: Swift's ThreadSlot.State.exited.
enum { PAGEHEAP_THREAD_WITHOUT_CACHE = 3 };

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
//
// Sizes and counts are uintptr_t, which Swift sees as UInt: a size_t would be a signed Int there, and a large one a trap.

enum { PAGEHEAP_ACCESS_NONE = 0, PAGEHEAP_ACCESS_READ = 1, PAGEHEAP_ACCESS_READ_WRITE = 2 };
enum { PAGEHEAP_RELEASE_DONTNEED = 0, PAGEHEAP_RELEASE_FREE = 1 };

void *_Nullable pageheap_map(uintptr_t bytes, int access);
int pageheap_unmap(void *_Nonnull address, uintptr_t bytes);
int pageheap_protect(void *_Nonnull address, uintptr_t bytes, int access);

// Address space that is reserved: chosen as a rule, mapped without access if that cannot be. Pieces of it are mapped for
// use, each once; what was mapped is unmapped before the whole is given up. `below`: at the place directly below what the
// space has taken so far, if it can be.
enum { PAGEHEAP_METADATA_SPACE = 0, PAGEHEAP_HEAP_SPACE = 1 };
void *_Nullable pageheap_reserve(uintptr_t bytes, uintptr_t alignment, int space, bool below);
void pageheap_cancel(void *_Nonnull address, uintptr_t bytes);
int pageheap_map_at(void *_Nonnull address, uintptr_t bytes);  // EEXIST: something else lies there
void pageheap_unmap_at(void *_Nonnull address, uintptr_t bytes);
bool pageheap_is_occupied(void *_Nonnull address, uintptr_t bytes);  // whether something else lies there
bool pageheap_chooses_addresses(void);

// Moves the memory of a mapped piece, with its contents, to another one: page tables move, not bytes. What lay there is lost,
// and the first one is left without memory. A kernel that cannot (before 5.7) refuses.
int pageheap_move_memory(void *_Nonnull from, void *_Nonnull to, uintptr_t bytes);
// Maps fresh memory over a mapped piece.
int pageheap_map_anew(void *_Nonnull address, uintptr_t bytes);

int pageheap_release_range(void *_Nonnull address, uintptr_t bytes, int method);
// The same for ranges of {address, bytes}, in one call where the kernel has one. How many, from the first on, are released.
uintptr_t pageheap_release_ranges(const void *_Nonnull ranges, uintptr_t count, int method);
#ifdef __APPLE__
int pageheap_reuse_range(void *_Nonnull address, uintptr_t bytes);  // released memory will be used: it counts again
#endif
bool pageheap_released_memory_reads_zero(void);  // tried on a page of its own, unless known

// Huge pages: where they are wanted, where they are not, and parting one, so that its pieces can be given back one by one.
int pageheap_allow_huge_pages(void *_Nonnull address, uintptr_t bytes);  // an error, too, where none could be parted again
int pageheap_forbid_huge_pages(void *_Nonnull address, uintptr_t bytes);
int pageheap_part_huge_page(void *_Nonnull address, uintptr_t bytes);  // the one under some of its physical pages
bool pageheap_huge_pages_come_unasked(void);

// ---- The machine -----------------------------------------------------------------------------------------------------

uintptr_t pageheap_physical_page_bytes(void);
uintptr_t pageheap_huge_page_bytes(void);  // 0 if unknown
// Hundredths of a processor that this process may use, at least 1: the smaller of its affinity mask and of its control
// group's quota. The quota is read anew by pageheap_read_processor_quota alone, which opens files.
uint32_t pageheap_processor_hundredths(void);
void pageheap_read_processor_quota(void);
bool pageheap_address_space_is_limited(void);
uintptr_t pageheap_largest_request_bytes(void);  // memory and swap; the maximum if the system promises more on purpose
uint64_t pageheap_random(void);                  // another number in each process; not for secrets

// ---- Time (nanoseconds) ----------------------------------------------------------------------------------------------

int64_t pageheap_monotonic_nanoseconds(void);
int64_t pageheap_coarse_nanoseconds(void);  // the monotonic clock, some milliseconds late; never a system call
int64_t pageheap_thread_cpu_nanoseconds(void);

// From now on the process makes no system call for the heap's sake but those of an ordinary malloc (mmap, munmap, mremap,
// mprotect, madvise, futex): all clocks are the coarse one. For ever; children inherit it.
void pageheap_keep_to_plain_calls(void);
bool pageheap_keeps_to_plain_calls(void);

// ---- Threads -----------------------------------------------------------------------------------------------------------

// Sleeps while *word == expected, at most so long (negative: without end). Spurious returns are possible. True: time is up.
bool pageheap_futex_wait(const void *_Nonnull word, uint32_t expected, int64_t nanoseconds);
void pageheap_futex_wake(const void *_Nonnull word, int32_t waiters);

// A detached thread with all signals blocked. 0 or a positive errno.
int pageheap_start_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument, const char *_Nonnull name);

// The process's one bare thread: a thread that the C library does not know of, so that it takes none of its locks, keeps no
// process alive and makes no program multi-threaded in the C library's eyes. Linux; the code that runs on it must stay off
// whatever the C library keeps for a thread, but for errno. All signals are blocked on it, and it inherits nothing else of
// the thread that starts it. 0 or a positive errno.
int pageheap_start_bare_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument);
// Waits until the bare thread, if there was one, has left the process: the kernel no longer counts it. Its body must be
// about to return. Gives up after a second. The calling thread's identity does not matter.
void pageheap_join_bare_thread(void);
bool pageheap_has_bare_thread(void);
// In a child process, which the bare thread did not come along to.
void pageheap_forget_bare_thread(void);
// Notes which process this is and what it has been started with, for the bare threads to come.
void pageheap_note_process_attributes(void);
uint32_t pageheap_process_identifier(void);  // as noted
bool pageheap_is_noted_process(void);        // false in the child of a vfork, which shares its parent's memory
// Whether the program has had one thread only so far, as far as the C library tells; false if it does not tell.
bool pageheap_program_is_single_threaded(void);

// A number that names the calling thread in the kernel (0 if it cannot be asked for), and whether such a thread of the
// process that was noted still lives.
uint32_t pageheap_thread_identifier(void);
bool pageheap_thread_lives(uint32_t identifier);

// A key whose destructor runs when a thread that is armed with it exits. False: the thread could not be armed.
uint32_t pageheap_make_thread_exit_key(void (*_Nonnull destructor)(void *_Nullable));
bool pageheap_arm_thread_exit(uint32_t key);

bool pageheap_membarrier_register(void);  // false: this kernel has none
bool pageheap_membarrier(void);           // every running thread of the process has passed a full barrier; false: refused

// A word that is 0 again in a child process, however it was made, if the mark could be made so: false, if the kernel has no
// such memory. It is made once, before it is used, while the process has one thread or the heap is being set up.
extern uint32_t *_Nonnull pageheap_mark __attribute__((visibility("hidden")));
static inline uint32_t *_Nonnull pageheap_process_mark(void) { return pageheap_mark; }
bool pageheap_make_process_mark(void);

// ---- Messages and options ------------------------------------------------------------------------------------------

void pageheap_write_error(const char *_Nonnull text, uintptr_t bytes);  // to standard error, whole, keeping errno
_Noreturn void pageheap_abort(void);
const char *_Nullable *_Nullable pageheap_environment(void);  // the process's; null in a secure-execution program
void *_Nullable pageheap_find_function(const char *_Nonnull name);  // the process's first of that name; null: there is none

// ---- The statistics page -------------------------------------------------------------------------------------------

// Creates DIRECTORY/PID.N for this process and maps it; null where that cannot be.
struct pageheap_statistics_page *_Nullable pageheap_statistics_page_create(const char *_Nonnull directory);
void pageheap_statistics_page_unmap(struct pageheap_statistics_page *_Nonnull page);

#endif
