// The statistics page: a process's own figures of its heap, shared with whoever watches the process.
//
// Where the environment variable PAGEHEAP_STATISTICS_DIRECTORY names a folder, each process that runs on
// libpageheapmalloc.so creates the file PID.N there (N counts the programs that this process identifier has
// executed, from 0) with exactly one such structure at its start, and keeps it mapped. A forked child makes its own.
//
// One writer at a time (the holder of the heap's lock), any number of readers in other processes. `sequence` is odd
// while the writer is at work; a reader copies, and takes the copy only if the sequence was even and did not change.
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
    uint64_t system_bytes;             // made accessible for the heap
    uint64_t in_use_bytes;             // in spans: small blocks' and large ones
    uint64_t cached_bytes;             // held by page caches, resident
    uint64_t released_bytes;           // free whole pages without physical memory
    uint64_t released_in_spans_bytes;  // free physical pages inside spans, without physical memory
    uint64_t metadata_bytes;           // the heap's own books, apart from all above
    uint64_t goal_bytes;               // what retained is driven to; UINT64_MAX where the scavenger is off
    uint64_t live_bytes;               // in blocks handed to threads' caches or to the program
    uint64_t released_background_total;  // ever released by the worker
    uint64_t released_growth_total;      // ever released to offset growth
    uint64_t released_forced_total;      // ever released on request
    uint64_t released_in_spans_total;    // ever released inside spans
    uint64_t scavenger_cpu_nanoseconds;  // the worker's own CPU time
    uint64_t release_calls;              // system calls that gave memory back; one for several ranges is one
    uint64_t release_failures;           // ranges whose memory the kernel refused to take
    uint64_t generation;                 // scavenge generations started
    uint64_t released_limit_total;       // ever released by allocations to keep to the memory limit
    uint64_t memory_limit_bytes;         // on retained memory and metadata; UINT64_MAX where there is none
    uint64_t scavenger_recent_nanoseconds;  // the worker's CPU time over the ten seconds before its last round
    uint64_t scavenger_wake_ups;         // times the worker woke up
    uint64_t controller_resets;          // times the pacer's controller failed
    uint64_t assist_cpu_nanoseconds;     // CPU time that allocations spent on releasing
    uint64_t forced_cpu_nanoseconds;     // CPU time of forced releases
    uint64_t reused_1_bytes;             // released, and used again within a second, about; each among the next
    uint64_t reused_10_bytes;            // within 10 seconds
    uint64_t reused_60_bytes;            // within 60 seconds
    uint64_t hold_p999_nanoseconds;      // 99.9 % of the sampled holds of the heap lock were shorter, outside forced releases
};

struct pageheap_statistics_page {
    uint64_t magic;
    uint32_t version;
    uint32_t size;  // of this structure
    uint32_t process_identifier;
    uint32_t sequence;
    struct pageheap_figures figures;
};

// Publishes figures. The caller is the only writer.
static inline void pageheap_statistics_page_write(struct pageheap_statistics_page *page,
                                                  const struct pageheap_figures *figures) {
    uint32_t sequence = page->sequence;
    __atomic_store_n(&page->sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);  // the odd number is seen before any new figure
    const uint64_t *source = (const uint64_t *)figures;
    uint64_t *target = (uint64_t *)&page->figures;
    for (unsigned i = 0; i < sizeof *figures / sizeof(uint64_t); i++)
        __atomic_store_n(&target[i], source[i], __ATOMIC_RELAXED);
    __atomic_store_n(&page->sequence, sequence + 2, __ATOMIC_RELEASE);  // the figures before the even number
}

// Copies the figures; false if a writer was at work for the whole time of `attempts` tries.
static inline bool pageheap_statistics_page_read(const struct pageheap_statistics_page *page,
                                                 struct pageheap_figures *figures, int attempts) {
    for (; attempts > 0; attempts--) {
        uint32_t before = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
        if (before & 1) continue;
        const uint64_t *source = (const uint64_t *)&page->figures;
        uint64_t *target = (uint64_t *)figures;
        for (unsigned i = 0; i < sizeof *figures / sizeof(uint64_t); i++)
            target[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);  // the figures before the second look at the sequence
        if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) == before) return true;
    }
    return false;
}

#endif
