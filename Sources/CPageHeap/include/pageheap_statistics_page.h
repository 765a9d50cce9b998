// The statistics page: the figures of a process's heap, shared with programs that watch the process.
//
// If the environment variable PAGEHEAP_STATISTICS_DIRECTORY names a folder, each process that runs on
// libpageheapmalloc.so creates the file PID.N there (N counts the programs that this process identifier has
// executed, from 0) with exactly one such structure at its start, and keeps it mapped. A forked child creates its own.
// A process removes its file when it ends by exit or a return from main, and the file that a process of the same identifier in the
// same namespace has left, unless PAGEHEAP_STATISTICS_KEEP=1.
//
// There is one writer at a time (the holder of the heap's lock), and any number of readers in other processes.
// `sequence` is odd while the writer writes. A reader copies the figures, and accepts the copy only if the sequence was
// even and did not change.
//
// If the process allows it, its owner can also ask something of it through the page: pageheap_control.h.
#ifndef PAGEHEAP_STATISTICS_PAGE_H
#define PAGEHEAP_STATISTICS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "pageheap.h"
#include "pageheap_control.h"

#define PAGEHEAP_STATISTICS_MAGIC UINT64_C(0x5041474548454150) /* "PAGEHEAP" */
#define PAGEHEAP_STATISTICS_VERSION 6

struct pageheap_statistics_page {
    uint64_t magic;
    uint32_t version;
    uint32_t size;  // of this structure
    uint32_t process_identifier;
    uint32_t sequence;
    uint64_t process_namespace;  // the inode of the namespace in which the identifier counts; 0 if unknown
    struct pageheap_statistics statistics;
    struct pageheap_control control;
    struct pageheap_class classes[PAGEHEAP_CLASSES];  // as they were at the last request for them
};

// Publishes the words of `statistics` from number `first` up to `end`. The caller must be the only writer.
static inline void pageheap_statistics_page_write_words(struct pageheap_statistics_page *page,
                                                        const struct pageheap_statistics *statistics, unsigned first,
                                                        unsigned end) {
    uint32_t sequence = page->sequence;
    __atomic_store_n(&page->sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);  // the odd number is seen before any new figure
    const uint64_t *source = (const uint64_t *)statistics;
    uint64_t *target = (uint64_t *)&page->statistics;
    for (unsigned i = first; i < end; i++) __atomic_store_n(&target[i], source[i], __ATOMIC_RELAXED);
    __atomic_store_n(&page->sequence, sequence + 2, __ATOMIC_RELEASE);  // the figures are seen before the even number
}

// The histograms are the last members, and change slowly: they are published apart from the figures before them.
enum { PAGEHEAP_FIGURE_WORDS = offsetof(struct pageheap_statistics, lock_holds_total) / sizeof(uint64_t) };

static inline void pageheap_statistics_page_write(struct pageheap_statistics_page *page,
                                                  const struct pageheap_statistics *statistics) {
    pageheap_statistics_page_write_words(page, statistics, 0, PAGEHEAP_FIGURE_WORDS);
}

static inline void pageheap_statistics_page_write_holds(struct pageheap_statistics_page *page,
                                                        const struct pageheap_statistics *statistics) {
    pageheap_statistics_page_write_words(page, statistics, PAGEHEAP_FIGURE_WORDS,
                                         sizeof *statistics / sizeof(uint64_t));
}

// Copies the figures. Returns false if a writer interfered with each of `attempts` attempts.
static inline bool pageheap_statistics_page_read(const struct pageheap_statistics_page *page,
                                                 struct pageheap_statistics *statistics, int attempts) {
    for (; attempts > 0; attempts--) {
        uint32_t before = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
        if (before & 1) continue;
        const uint64_t *source = (const uint64_t *)&page->statistics;
        uint64_t *target = (uint64_t *)statistics;
        for (unsigned i = 0; i < sizeof *statistics / sizeof(uint64_t); i++)
            target[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);  // the figures are read before the sequence is read again
        if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) == before) return true;
    }
    return false;
}

#endif
