// The C interface of libpageheapmalloc.so: what a program may ask of its malloc, beyond malloc's own family.
//
// Link the library, or look the functions up with dlsym: a program that only sometimes runs on this malloc can declare
// them weak. The static library needs options for the linker, -Wl,--wrap=…, which `pkg-config --static --libs pageheapmalloc`
// and CMake's target pageheap::malloc-static give. C99 or later, and C++.
//
// All functions may be called from any thread at any time, before the first allocation too, but not from a signal
// handler. All keep errno. Where nothing else is said, an `int` answer is 0 or a positive error number of errno.h:
//
//   EINVAL   an argument is out of its range; nothing has changed
//   ENOMEM   the heap has not begun yet, and the system refuses address space for it
//
// Sizes are in bytes, times in nanoseconds.
#ifndef PAGEHEAP_H
#define PAGEHEAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Version ---------------------------------------------------------------------------------------------------------

// The version of PageHeap: of the library, the command and the Swift package. This line is the one place where it stands.
#define PAGEHEAP_VERSION_STRING "0.1.0"

// The version of this interface. The major number changes when something is taken away or means something else; the minor
// number when something is added.
#define PAGEHEAP_VERSION_MAJOR 1
#define PAGEHEAP_VERSION_MINOR 0
#define PAGEHEAP_VERSION ((uint32_t)PAGEHEAP_VERSION_MAJOR << 16 | (uint32_t)PAGEHEAP_VERSION_MINOR)

// The library's PAGEHEAP_VERSION. A caller needs the same major number, and at least its own minor number for functions
// that came with it; pageheap_statistics serves callers of any minor number.
uint32_t pageheap_version(void);

// The library's PAGEHEAP_VERSION_STRING.
const char *pageheap_version_string(void);

// 1 if the malloc of this process is this library's, 0 if not: a library that was loaded after the program had started is
// there, but nobody allocates from it. Allocates and frees one block to find out.
int pageheap_is_process_malloc(void);

// ---- Statistics --------------------------------------------------------------------------------------------------------

// Stands for 'none' where a figure or an argument says so.
#define PAGEHEAP_NONE UINT64_MAX

#define PAGEHEAP_HOLD_COUNTS 32

// The heap's figures at one moment, as one consistent snapshot: the same for pageheap_statistics, and for programs that
// watch the process from outside. Documentation/figures.md says what each figure is called elsewhere.
//
//   system = in use + cached + free retained + released + released in use;  metadata is apart
//   retained = in use + cached + free retained
//
// Memory in use or retained is an upper bound of physical memory: memory that the program has never touched counts, and
// costs nothing. pageheap_resident_bytes asks the kernel.
//
// What ends in `_total` only grows, and counts from the program's beginning; a forked child begins anew, except for
// `generations_total` and the `reused_…` totals, which go on from its parent's.
struct pageheap_statistics {
    // Before the call: the size of the caller's structure. After it: how many bytes of it the library has filled in.
    // Fields are only ever added at the end; what lies beyond what the library knows is left as it was.
    uint64_t size;

    uint64_t system_bytes;           // made accessible for the heap
    uint64_t in_use_bytes;           // pages in use, without released holes: small blocks, free ones too, and large blocks
    uint64_t cached_bytes;           // free pages in page caches
    uint64_t free_retained_bytes;    // free pages that may be given back
    uint64_t released_bytes;         // free pages without physical memory
    uint64_t released_in_use_bytes;  // physical pages inside pages in use that were given back
    uint64_t metadata_bytes;         // made accessible for the heap's own books
    uint64_t live_bytes;             // in blocks of the program and in threads' caches
    uint64_t goal_bytes;             // what retained memory is driven to; PAGEHEAP_NONE if there is no goal
    uint64_t memory_limit_bytes;     // on retained memory and metadata; PAGEHEAP_NONE if there is no limit
    uint64_t limit_goal_bytes;       // what they are driven to because of the limit; PAGEHEAP_NONE if there is no limit

    // Physical memory that was given back for whatever reason, as the kernel counted it just before. It counts pages that
    // the program has only read, and pages shared with a parent since a fork, though they cost no memory of their own.
    uint64_t returned_bytes_total;
    // Pages that became free of physical memory, by reason; those that the program had never touched count as well.
    uint64_t released_background_bytes_total;  // in the background
    uint64_t released_growth_bytes_total;      // by allocations, to offset growth
    uint64_t released_limit_bytes_total;       // by allocations, to keep to the limit
    uint64_t released_forced_bytes_total;      // on request
    uint64_t released_in_use_bytes_total;      // inside pages in use, for whatever reason; apart from the above
    // Used again so soon after it was released, about; each is among the next.
    uint64_t reused_within_1_second_bytes_total;
    uint64_t reused_within_10_seconds_bytes_total;
    uint64_t reused_within_60_seconds_bytes_total;

    uint64_t release_calls_total;          // system calls that gave memory back; one for several ranges is one
    uint64_t release_failures_total;       // ranges whose memory the system refused to take
    uint64_t generations_total;            // how often the search for free memory has begun anew
    uint64_t controller_resets_total;      // times that the controller of the worker's pace failed and began anew
    uint64_t worker_wake_ups_total;        // times that the background worker woke up
    uint64_t worker_starts_total;          // times that the background worker's thread was started
    uint64_t worker_start_failures_total;  // times that the system refused one

    uint64_t worker_cpu_nanoseconds_total;   // CPU time of the background worker
    uint64_t assist_cpu_nanoseconds_total;   // CPU time that allocations spent on giving memory back
    uint64_t forced_cpu_nanoseconds_total;   // CPU time of releases on request
    uint64_t worker_recent_cpu_nanoseconds;  // the worker's over the minute before its last round; 0 if that is long ago
    uint64_t age_nanoseconds;                // since the heap began, in a forked child since the fork
    uint64_t caller_release;                 // whether calls of the program release instead: 0 no, 1 for a time, 2 for good
    uint64_t memory_limit_origin;            // 0 there is none, 1 a setting or a call, 2 the container, 3 the hard limit
    uint64_t pressure_findings_total;        // readings that found tasks waiting for memory: all that is free goes at once
    uint64_t hard_limit_bytes;               // beyond which requests are refused; PAGEHEAP_NONE if there is no such limit

    // How long the heap's lock was held, as one in 256 acquisitions shows: number i counts holds of 2^i ns to less than
    // 2^(i+1) ns, the last one all longer ones too. Outside releases on request, and in them.
    uint32_t lock_holds_total[PAGEHEAP_HOLD_COUNTS];
    uint32_t forced_lock_holds_total[PAGEHEAP_HOLD_COUNTS];
};

// Fills in a snapshot. Takes the locks of the heap one after the other, for some microseconds.
//
// EINVAL: statistics is null, or its size is none that a version of this structure could have (a multiple of 8, from 16 on).
int pageheap_statistics(struct pageheap_statistics *statistics);

// What threads' caches hold. Threads work on their caches without a lock, so this is close, and not exact.
struct pageheap_thread_caches {
    uint64_t size;  // as in struct pageheap_statistics

    uint64_t thread_caches;        // threads that have a cache
    uint64_t thread_cache_blocks;  // free blocks in all of them
    uint64_t thread_cache_bytes;   // the same in bytes; part of live_bytes
    uint64_t drain_refused;        // 1 if sleeping threads' caches cannot be drained: the system refuses the barrier
};

// Fills in what the caches hold at the moment. Looks at each thread's cache, under a lock that only threads which begin or
// end wait for.
//
// EINVAL: as for pageheap_statistics.
int pageheap_thread_caches(struct pageheap_thread_caches *caches);

// Asks the kernel how many bytes of the heap's memory are physical now, swapped-out pages not among them; metadata is not
// among them either. Pages that the program has only read count, and pages shared with a parent since a fork. Returns
// PAGEHEAP_NONE if the kernel may not be asked, as in a sandbox. Takes a system call for each
// 4 MiB that are accessible, in all about 1 ms for a GiB in pages of 4 KiB.
uint64_t pageheap_resident_bytes(void);

// ---- Memory ------------------------------------------------------------------------------------------------------------

// Gives all free memory back to the system now, that in threads' caches and inside spans included, and answers how many
// bytes of it were physical memory. Waits for it: about 0.1 s for a GiB.
size_t pageheap_release(void);

// The most bytes that the heap should have from the system, its own books included; PAGEHEAP_NONE where there is no limit.
// Until a limit is set, it follows from that of the process's control group and what else is used of it, and is looked at
// again once a second while the heap takes memory or has some to give back.
uint64_t pageheap_get_memory_limit(void);

// Sets the limit, or takes it away with PAGEHEAP_NONE. It is soft: from five percent below it on, free memory goes back
// whatever the need; an allocation that would go beyond it gives other memory back first, within bounds; a program that
// needs more gets more. Replaces what the environment variable PAGEHEAP_MEMORY_LIMIT said, and the container's limit.
//
// EINVAL: bytes is 0.
int pageheap_set_memory_limit(uint64_t bytes);

// The most bytes that the heap may have from the system, its own books included; PAGEHEAP_NONE where there is no such limit.
uint64_t pageheap_get_hard_limit(void);

// Sets the hard limit, or takes it away with PAGEHEAP_NONE. Where a request would go beyond it, all that is idle is given
// back; if that is not enough, the request is refused with ENOMEM. What is in use when the limit is set stays. Parts of
// used pages that were given back count. A soft limit as well, if it is the lowest. Replaces what the environment variable
// PAGEHEAP_HARD_LIMIT said.
//
// EINVAL: bytes is 0.
int pageheap_set_hard_limit(uint64_t bytes);

// ---- Trace -------------------------------------------------------------------------------------------------------------

enum pageheap_trace {
    PAGEHEAP_TRACE_NONE = 0,
    PAGEHEAP_TRACE_TEXT = 1,  // a line of text for each generation of the search, and each release on request
    PAGEHEAP_TRACE_JSON = 2   // the same as a line of JSON, with more in it
};

// Says whether and how the scavenger's work is told of on standard error, from now on. Replaces what the environment variable
// PAGEHEAP_SCAVTRACE said.
//
// EINVAL: trace is none of these.
int pageheap_set_scavenge_trace(enum pageheap_trace trace);

#ifdef __cplusplus
}
#endif

#endif
