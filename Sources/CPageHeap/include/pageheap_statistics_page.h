// The statistics page: the figures of a process's heap, shared with programs that watch the process.
//
// If the environment variable PAGEHEAP_STATISTICS_DIRECTORY names a folder, each process that runs on
// libpageheapmalloc.so creates the file PID.N there (N counts the programs that this process identifier has
// executed, from 0) with exactly one such structure at its start, and keeps it mapped. A forked child creates its own.
//
// There is one writer at a time (the holder of the heap's lock), and any number of readers in other processes.
// `sequence` is odd while the writer writes. A reader copies the figures, and accepts the copy only if the sequence was
// even and did not change.
#ifndef PAGEHEAP_STATISTICS_PAGE_H
#define PAGEHEAP_STATISTICS_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGEHEAP_STATISTICS_MAGIC UINT64_C(0x5041474548454150) /* "PAGEHEAP" */
#define PAGEHEAP_STATISTICS_VERSION 2

// The figures, all in bytes unless the name says otherwise.
//   system = in use + cached + free retained + released + released in spans; retained = system - released - released in spans
struct pageheap_figures {
    uint64_t system_bytes;             // mapped and accessible, for the heap
    uint64_t in_use_bytes;             // in spans, of small blocks and of large ones
    uint64_t cached_bytes;             // held by page caches, resident
    uint64_t released_bytes;           // free whole pages without physical memory
    uint64_t released_in_spans_bytes;  // free physical pages inside spans, without physical memory
    uint64_t metadata_bytes;           // the heap's own metadata, not part of any of the above
    uint64_t goal_bytes;               // the scavenger's goal for retained memory; UINT64_MAX if it is off
    uint64_t live_bytes;               // in blocks held by thread caches or by the program
    uint64_t released_background_total;  // ever released by the worker
    uint64_t released_growth_total;      // ever released to offset growth
    uint64_t released_forced_total;      // ever released on request
    uint64_t released_in_spans_total;    // ever released inside spans
    uint64_t scavenger_cpu_nanoseconds;  // the worker's own CPU time
    uint64_t release_calls;              // system calls that released memory; a call for several ranges counts once
    uint64_t release_failures;           // ranges that the kernel refused to release
    uint64_t generation;                 // scavenge generations started
    uint64_t released_limit_total;       // ever released by allocations to stay within the memory limit
    uint64_t memory_limit_bytes;         // on retained memory plus metadata; UINT64_MAX if there is none
    uint64_t scavenger_recent_nanoseconds;  // the worker's CPU time over the ten seconds before its last round
    uint64_t scavenger_wake_ups;         // times the worker woke up
    uint64_t controller_resets;          // times the pacer's controller failed and was reset
    uint64_t assist_cpu_nanoseconds;     // CPU time that allocations spent on releasing
    uint64_t forced_cpu_nanoseconds;     // CPU time of forced releases
    uint64_t reused_1_bytes;             // reused within about a second of its release; included in the next two
    uint64_t reused_10_bytes;            // within 10 seconds; included in the next
    uint64_t reused_60_bytes;            // within 60 seconds
    uint64_t hold_p999_nanoseconds;      // 99.9th percentile of the sampled holds of the heap lock, outside forced releases
};

struct pageheap_statistics_page {
    uint64_t magic;
    uint32_t version;
    uint32_t size;  // of this structure
    uint32_t process_identifier;
    uint32_t sequence;
    struct pageheap_figures figures;
};

// Publishes figures. The caller must be the only writer.
static inline void pageheap_statistics_page_write(struct pageheap_statistics_page *page,
                                                  const struct pageheap_figures *figures) {
    uint32_t sequence = page->sequence;
    __atomic_store_n(&page->sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);  // the odd number is seen before any new figure
    const uint64_t *source = (const uint64_t *)figures;
    uint64_t *target = (uint64_t *)&page->figures;
    for (unsigned i = 0; i < sizeof *figures / sizeof(uint64_t); i++)
        __atomic_store_n(&target[i], source[i], __ATOMIC_RELAXED);
    __atomic_store_n(&page->sequence, sequence + 2, __ATOMIC_RELEASE);  // the figures are seen before the even number
}

// Copies the figures. Returns false if a writer interfered with each of `attempts` attempts.
static inline bool pageheap_statistics_page_read(const struct pageheap_statistics_page *page,
                                                 struct pageheap_figures *figures, int attempts) {
    for (; attempts > 0; attempts--) {
        uint32_t before = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
        if (before & 1) continue;
        const uint64_t *source = (const uint64_t *)&page->figures;
        uint64_t *target = (uint64_t *)figures;
        for (unsigned i = 0; i < sizeof *figures / sizeof(uint64_t); i++)
            target[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);  // the figures are read before the sequence is read again
        if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) == before) return true;
    }
    return false;
}

#endif
