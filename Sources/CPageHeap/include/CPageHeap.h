// What Swift cannot express: thread-local storage, raw system calls that keep errno, futexes, threads, compiler fences.
// Nothing here calls Swift, and nothing here allocates, except pageheap_start_thread (through pthread_create). Nothing that
// malloc or free may reach is a cancellation point: system calls are made raw.
#ifndef CPAGEHEAP_H
#define CPAGEHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pageheap_observer.h"
#include "pageheap_statistics_page.h"

// ---- The thread's slot ------------------------------------------------------------------------------------------

// The heap's per-thread state. Small enough for the initial-exec thread-local space that dlopen has left. `cache` is never
// null: it points to the empty cache if the thread has none, and while the scavenger drains the thread's own.
struct pageheap_thread_slot {
    void *_Nonnull cache;       // what malloc and free work on; swapped by the drainer
    uint32_t busy;              // 1 while the owner works on the cache
    uint32_t state;             // a ThreadSlot.State of the Swift code; 0 is a new thread
    void *_Nullable own_cache;  // the thread's own cache, also while `cache` is the empty one
    uint32_t held_ranks;        // checked builds: the locks held, one bit per rank
    uint32_t passes_locks;      // 0, or the reason why the thread passes through locks
    uint32_t bare_frees;        // how often the thread has freed a small block without having had a cache
    uint32_t is_sampling;       // 1 while the thread tells of a sampled allocation
    int64_t sample_distance;    // bytes to the thread's next sampled allocation, if allocations are sampled; 0 before the first
    uint64_t random_state;      // of the thread's generator of random numbers; 0 before the first
    uint64_t guard_distance;    // requests to the thread's next guarded block, if there are any; 0 before the first
};

// Reasons for passing through locks: the thread holds all of them for a fork, or it is stopping the program.
enum { PAGEHEAP_PASSES_FOR_FORK = 1, PAGEHEAP_PASSES_TO_STOP = 2 };

// The state of a thread that never gets a cache: Swift's ThreadSlot.State.exited.
enum { PAGEHEAP_THREAD_WITHOUT_CACHE = 3 };

extern _Thread_local struct pageheap_thread_slot pageheap_slot
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline __attribute__((always_inline)) struct pageheap_thread_slot *_Nonnull pageheap_thread_slot(void) {
    return &pageheap_slot;
}

// The empty cache: it has no blocks and takes none, because the heads of all its stacks are always zero.
enum { PAGEHEAP_EMPTY_CACHE_BYTES = 2592 };
extern char pageheap_empty_cache_bytes[PAGEHEAP_EMPTY_CACHE_BYTES] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) void *_Nonnull pageheap_empty_cache(void) {
    return pageheap_empty_cache_bytes;
}

// Stops the compiler from moving memory accesses across it, but not the processor.
static inline __attribute__((always_inline)) void pageheap_compiler_fence(void) { __asm__ volatile("" ::: "memory"); }

// Begins to fetch the cache line of an address, which need not be accessible, for writing.
static inline __attribute__((always_inline)) void pageheap_prefetch(uintptr_t address) {
    __builtin_prefetch((const void *)address, 1);
}

// Zeroed static memory for the process's one malloc heap. The Swift code defines its layout.
enum { PAGEHEAP_PROCESS_HEAP_BYTES = 65536 };
extern char pageheap_process_heap_bytes[PAGEHEAP_PROCESS_HEAP_BYTES] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) void *_Nonnull pageheap_process_heap(void) {
    return pageheap_process_heap_bytes;
}

// Tells the processor that the thread is spinning on a lock.
static inline __attribute__((always_inline)) void pageheap_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("yield" ::: "memory");
#endif
}

// ---- Memory (all keep errno; an int result is 0 or a positive errno) -----------------------------------------------
//
// Sizes and counts are uintptr_t, which Swift imports as UInt. It imports size_t as a signed Int: a large value would trap.

enum { PAGEHEAP_ACCESS_NONE = 0, PAGEHEAP_ACCESS_READ = 1, PAGEHEAP_ACCESS_READ_WRITE = 2 };
enum { PAGEHEAP_RELEASE_DONTNEED = 0, PAGEHEAP_RELEASE_FREE = 1 };

void *_Nullable pageheap_map(uintptr_t bytes, int access);
int pageheap_unmap(void *_Nonnull address, uintptr_t bytes);  // if it fails, the memory is released as far as possible
int pageheap_protect(void *_Nonnull address, uintptr_t bytes, int access);

// Reserves address space that no other reserved range overlaps: as a rule by choosing it, or by mapping it without access if
// addresses cannot be chosen or so much was chosen before that none is left. Pieces of it are mapped for use, each once, and
// are unmapped before the whole is cancelled. `below`: place it directly below what the space has taken so far, if possible.
enum { PAGEHEAP_METADATA_SPACE = 0, PAGEHEAP_HEAP_SPACE = 1 };
void *_Nullable pageheap_reserve(uintptr_t bytes, uintptr_t alignment, int space, bool below);
void pageheap_cancel(void *_Nonnull address, uintptr_t bytes);
int pageheap_map_at(void *_Nonnull address, uintptr_t bytes);  // EEXIST: another mapping lies there
void pageheap_unmap_at(void *_Nonnull address, uintptr_t bytes);
bool pageheap_is_occupied(void *_Nonnull address, uintptr_t bytes);  // whether another mapping lies there
bool pageheap_chooses_addresses(void);
bool pageheap_reserving_is_free(void);  // whether the next range of a heap would be chosen, if it is at most 1 TiB

// Moves the memory of a mapped piece, with its contents, to another mapped piece, by moving page tables instead of bytes.
// The target's contents are lost, and the source is left without memory. Fails on kernels before 5.7.
int pageheap_move_memory(void *_Nonnull from, void *_Nonnull to, uintptr_t bytes);
// Maps fresh memory over a mapped piece.
int pageheap_map_anew(void *_Nonnull address, uintptr_t bytes);
// Make pages guard pages, and accessible again. Both return 0, or the system's error number.
int pageheap_set_guard(void *_Nonnull address, uintptr_t bytes);
int pageheap_remove_guard(void *_Nonnull address, uintptr_t bytes);

int pageheap_release_range(void *_Nonnull address, uintptr_t bytes, int method);
// Releases ranges of {address, bytes}, in one system call if the kernel has one for it. Returns how many were released,
// counted from the first.
uintptr_t pageheap_release_ranges(const void *_Nonnull ranges, uintptr_t count, int method);
// Sets the lowest bit of a byte for each physical page of a mapped piece that has memory; swapped-out pages have none.
// Returns false if the kernel does not say, or may not be asked.
bool pageheap_find_resident_pages(void *_Nonnull address, uintptr_t bytes, unsigned char *_Nonnull pages);
#ifdef __APPLE__
int pageheap_reuse_range(void *_Nonnull address, uintptr_t bytes);  // call before using released memory: it counts again
#endif
bool pageheap_released_memory_reads_zero(void);  // tries it on a scratch page, unless known

// Huge pages: allow them, forbid them, or split one, so that its pieces can be released one by one.
int pageheap_allow_huge_pages(void *_Nonnull address, uintptr_t bytes);  // also an error if one could not be split again
int pageheap_forbid_huge_pages(void *_Nonnull address, uintptr_t bytes);
int pageheap_split_huge_page(void *_Nonnull address, uintptr_t bytes);  // the one that the range lies in
bool pageheap_huge_pages_come_unasked(void);

// ---- The machine -----------------------------------------------------------------------------------------------------

uintptr_t pageheap_physical_page_bytes(void);
uintptr_t pageheap_huge_page_bytes(void);  // 0 if unknown
// Returns the hundredths of a processor that this process may use, at least 1: the smaller of its affinity mask and its
// control group's quota. Only pageheap_read_surroundings, which opens files, reads the quota again.
uint32_t pageheap_processor_hundredths(void);
uint32_t pageheap_processor_quota(void);  // hundredths, of the control group, as last read; UINT32_MAX if there is none
// Returns the number of the processor that the calling thread runs on, 0 if that would take a system call in a process that
// keeps to plain calls. Not to be called by a bare thread.
uint32_t pageheap_current_processor(void);
// Reads the machine's memory, before a worker starts; the worker itself does not ask.
void pageheap_read_machine(void);
uintptr_t pageheap_memory_bytes(void);  // as last read; 0 if it never was, the maximum if the system does not say
bool pageheap_address_space_is_limited(void);
uintptr_t pageheap_largest_request_bytes(void);  // memory plus swap; the maximum if the kernel overcommits without limit
// Finds out which limit keeps the process from `bytes` more bytes or from a few more mappings, after the system has refused
// memory. Makes and removes mappings, opens files.
enum { PAGEHEAP_LIMIT_UNKNOWN = 0, PAGEHEAP_LIMIT_MAPPINGS, PAGEHEAP_LIMIT_ADDRESS_SPACE, PAGEHEAP_LIMIT_DATA };
int pageheap_find_limit(uintptr_t bytes);
uint64_t pageheap_random(void);                  // differs between processes; not for secrets

// What surrounds the process: its control groups, and how much of their time tasks wait for memory.
struct pageheap_surroundings {
    uint64_t memory_limit;         // of the group, or the ancestor of it, that leaves the least; UINT64_MAX if there is none
    int64_t memory_left;           // what may be used beyond what is used now; negative if that is too much already
    uint32_t hundredths;           // of a processor that the quota allows; UINT32_MAX if there is none
    uint64_t stalled_nanoseconds;  // for which some task has waited for memory so far; UINT64_MAX if the system does not say
};
// Reads them. Opens files. `root`: a folder that stands for the root of the file system; NULL for the one that
// pageheap_set_system_root set, and then the quota holds for pageheap_processor_hundredths from now on. Returns false if the
// files may not or cannot be read; then nothing has changed.
bool pageheap_read_surroundings(const char *_Nullable root, struct pageheap_surroundings *_Nonnull found);
void pageheap_set_system_root(const char *_Nonnull root);  // for tests; copies the path

// ---- Time (nanoseconds) ----------------------------------------------------------------------------------------------

int64_t pageheap_monotonic_nanoseconds(void);
int64_t pageheap_coarse_nanoseconds(void);  // the monotonic clock, up to some milliseconds late; never a system call
int64_t pageheap_thread_cpu_nanoseconds(void);
int64_t pageheap_process_cpu_nanoseconds(void);  // of all threads
// CPU nanoseconds per page fault, measured with a few pages of new memory; 0 if that cannot be had.
double pageheap_measure_fault_nanoseconds(uintptr_t page_bytes);

// Restricts the heap to the system calls of an ordinary malloc (mmap, munmap, mremap, mprotect, madvise, futex), for the
// rest of the process's life and in its children. All clocks become the coarse one.
void pageheap_keep_to_plain_calls(void);
bool pageheap_keeps_to_plain_calls(void);

// ---- Threads -----------------------------------------------------------------------------------------------------------

// Sleeps while *word == expected, at most for `nanoseconds` (negative: no limit). Returns true if the time is up. May return
// spuriously.
bool pageheap_futex_wait(const void *_Nonnull word, uint32_t expected, int64_t nanoseconds);
void pageheap_futex_wake(const void *_Nonnull word, int32_t waiters);

// Starts a detached thread with all signals blocked. Returns 0 or a positive errno.
int pageheap_start_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument, const char *_Nonnull name);

// Starts the process's one bare thread: a thread that the C library does not know about, so that it takes none of the
// library's locks, does not keep the process alive, and leaves the program single-threaded in the library's eyes. Linux
// only. Code that runs on it must not use anything that the C library keeps per thread, except errno. All signals are
// blocked on it, and it inherits nothing else from the thread that starts it. Returns 0 or a positive errno.
int pageheap_start_bare_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument);
// Waits until the bare thread, if there is one, has left the process and the kernel no longer counts it. Its body must be
// about to return. Gives up after a second. Any thread may call this.
void pageheap_join_bare_thread(void);
bool pageheap_has_bare_thread(void);
// To be called in a child process, which has no copy of the bare thread.
void pageheap_forget_bare_thread(void);
// Records the process's identifier, and the attributes it was started with, which bare threads take on.
void pageheap_note_process_attributes(void);
uint32_t pageheap_process_identifier(void);  // as recorded
bool pageheap_is_noted_process(void);        // false in a vfork child, which shares its parent's memory
// Whether the program has only ever had one thread, according to the C library; false if the library does not say.
bool pageheap_program_is_single_threaded(void);

// The kernel's identifier of the calling thread (0 if the kernel may not be asked), and whether the recorded process still
// has a thread with a given identifier.
uint32_t pageheap_thread_identifier(void);
bool pageheap_thread_lives(uint32_t identifier);

// Creates a key whose destructor runs when a thread that is armed with it exits; UINT32_MAX on failure. Arming returns false
// if the thread could not be armed.
uint32_t pageheap_make_thread_exit_key(void (*_Nonnull destructor)(void *_Nullable));
bool pageheap_arm_thread_exit(uint32_t key);

bool pageheap_membarrier_register(void);  // false: this kernel has no such call
bool pageheap_membarrier(void);           // makes every running thread of the process pass a full barrier; false: refused

// The process mark: a word that the kernel clears in a child process, however the child was created. Making it returns
// false if the kernel has no such memory. It is made once, before it is used, while the process has one thread or the heap
// is being set up.
extern uint32_t *_Nonnull pageheap_mark __attribute__((visibility("hidden")));
static inline uint32_t *_Nonnull pageheap_process_mark(void) { return pageheap_mark; }
bool pageheap_make_process_mark(void);

// ---- Messages and options ------------------------------------------------------------------------------------------

// Which file it is, whatever its path; an inode of 0 if that is not known.
struct pageheap_file_identity {
    uint64_t device, inode;
};
struct pageheap_file_identity pageheap_descriptor_identity(int file);
static inline bool pageheap_is_same_file(struct pageheap_file_identity one, struct pageheap_file_identity other) {
    return one.inode != 0 && one.inode == other.inode && one.device == other.device;
}

// Whether a line can be written to standard error without waiting for a reader. Always true in a sandbox.
bool pageheap_error_takes_a_line(void);
// Writes to a file, in full, keeping errno. Returns false if that fails; the program then sees no signal of it.
bool pageheap_write(int file, const void *_Nonnull bytes, uintptr_t count);
_Noreturn void pageheap_abort(void);
// Hides a `PAGEHEAP_` variable from the programs that this one starts: writes the first eight letters of its name in lower
// case. Does nothing unless the variable is one that the process was started with.
void pageheap_hide_variable(const char *_Nonnull entry);
const char *_Nullable *_Nullable pageheap_environment(void);  // the process's; NULL in a secure-execution program
void *_Nullable pageheap_find_function(const char *_Nonnull name);  // the first of that name in the process; NULL if none

// ---- The statistics page -------------------------------------------------------------------------------------------

// The file of a process's statistics page.
struct pageheap_statistics_file {
    char path[4096];
    struct pageheap_file_identity identity;
    uint32_t process;  // whose page it is; 0 for none
};

// Creates DIRECTORY/PID.N for this process, describes it in FILE, and maps it. Returns NULL on failure, and says in *PROBLEM what is
// wrong. Unless `keeps`, removes the files that programs left which the process identifier has executed before.
struct pageheap_statistics_page *_Nullable pageheap_statistics_page_create(
    const char *_Nonnull directory, bool allows_control, bool keeps, struct pageheap_statistics_file *_Nonnull file,
    const char *_Nonnull *_Nonnull problem);
// Removes the file if it is this process's, and still the one of that path. Does nothing in a sandbox.
void pageheap_statistics_file_remove(struct pageheap_statistics_file *_Nonnull file);
// Says again whether the page was made for control: what the page itself says, another process can change.
void pageheap_statistics_page_unmap(struct pageheap_statistics_page *_Nonnull page, bool allows_control);

#ifdef __linux__
// Removes the pages in a folder whose processes have ended without doing so. Does nothing in a sandbox.
void pageheap_remove_ended_pages(const char *_Nonnull directory);
#endif

// Says why a process can make no files in a folder; NULL if it can, or in a sandbox.
const char *_Nullable pageheap_folder_problem(const char *_Nonnull path);

// Makes pages of a mapped file accessible, so that writing to them raises no signal. Returns false if the file is not so long,
// there is no memory for it, or the kernel cannot say (before Linux 5.14).
bool pageheap_make_writable(void *_Nonnull address, uintptr_t bytes);

#endif
