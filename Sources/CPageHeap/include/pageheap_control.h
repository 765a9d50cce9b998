// Requests to a running process: what the command `pageheap` asks of the heap of another process, and how it is answered.
//
// A process that was started with PAGEHEAP_CONTROL=1 has, in its statistics page, room for one request at a time. The page is a
// file that only the process's user and root can open. The asking process holds the file's lock (flock), writes the request, and
// then its number into `asked`: any that is neither 0 nor in `begun`. The heap's worker looks for a request ten times a second,
// writes its number into `begun`, does what was asked, and writes the number into `answered`.
//
// The asking process takes a request back by writing 0 into `asked`, and then reads `begun`. The worker reads `asked` again
// after it has written `begun`. So if `begun` does not hold the request's number, the request will not be served.
#ifndef PAGEHEAP_CONTROL_H
#define PAGEHEAP_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

enum pageheap_control_command {
    PAGEHEAP_CONTROL_RELEASE = 1,       // give all free memory back; the answer is how many bytes were physical memory
    PAGEHEAP_CONTROL_MEMORY_LIMIT = 2,  // set the soft limit to `argument` bytes, or PAGEHEAP_NONE
    PAGEHEAP_CONTROL_HARD_LIMIT = 3,    // set the hard limit
    PAGEHEAP_CONTROL_TRACE = 4,         // set the trace to `argument`, an enum pageheap_trace
    PAGEHEAP_CONTROL_CLASSES = 5,       // fill in the page's `classes`
    PAGEHEAP_CONTROL_MAP = 6,           // write the map, in `argument` bytes; the answer is how many bytes it takes
    PAGEHEAP_CONTROL_PROFILE = 7,       // write a profile of sampled allocations; the answer is the number in its file's name
    PAGEHEAP_CONTROL_ACCOUNT = 8        // write the map and then at once fill in `classes`; otherwise as PAGEHEAP_CONTROL_MAP
};

enum pageheap_control_error {
    PAGEHEAP_CONTROL_SERVED_WELL = 0,
    PAGEHEAP_CONTROL_BAD_ARGUMENT = 1,  // or an unknown command
    PAGEHEAP_CONTROL_NO_ROOM = 2,       // the map takes more bytes, see the answer; or the file is not so long
    PAGEHEAP_CONTROL_CUT_SHORT = 3,     // the worker had to end: what is answered was done
    PAGEHEAP_CONTROL_NO_PROFILE = 4     // the process has no samples, or could not write its file
};

struct pageheap_control {
    uint32_t is_allowed;  // 1 if the process serves requests
    uint32_t asked;       // the number of the request; 0 for none
    uint32_t begun;       // the number of the last request that was looked at
    uint32_t answered;    // the number of the last request that was answered
    uint32_t command;
    uint32_t error;
    uint64_t argument;
    uint64_t answer;
};

// Number 0 stands for large blocks, each of which is a span of its own.
#define PAGEHEAP_CLASSES 81

// What the heap has of one size class. Threads go on working while it is counted, so it is close, and not exact.
struct pageheap_class {
    uint64_t block_bytes;          // 0 for large blocks
    uint64_t spans;                // runs of pages that are divided into blocks of this class
    uint64_t span_bytes;           // of all of them
    uint64_t blocks;               // in all of them
    uint64_t used_blocks;          // not in the spans: with the program, or in a cache
    uint64_t thread_cache_blocks;  // of those, free ones in threads' caches
    uint64_t transfer_blocks;      // of those, free ones in transfer caches; for large blocks, those in their cache
    uint64_t released_bytes;       // physical pages in spans that were given back
    uint64_t pinned_bytes;         // free bytes on physical pages with a block that is not free: nothing can give them back
};

// ---- The map ---------------------------------------------------------------------------------------------------------
//
// What each heap page is at one moment. It lies in the file, PAGEHEAP_MAP_OFFSET bytes from its start, where the asking process has
// made the file long enough: the head, then an entry of two bytes for each page of each range. The low byte says what the page
// is, the high one how many 255ths of it are blocks that are not free.
#define PAGEHEAP_MAP_OFFSET 65536
#define PAGEHEAP_MAP_BYTES 134217728
#define PAGEHEAP_MAP_RANGES 8

enum pageheap_map_entry {
    // Below 81: a page of a span of the size class of that number; 0 for a large block.
    PAGEHEAP_MAP_ABSENT = 128,    // not the heap's yet
    PAGEHEAP_MAP_FREE = 129,      // free, and may be given back
    PAGEHEAP_MAP_RELEASED = 130,  // free, and given back
    PAGEHEAP_MAP_CACHED = 131     // free, in a page cache or in the cache of large blocks
};

struct pageheap_map_range {
    uint64_t address;  // of the first page
    uint64_t pages;
};

struct pageheap_map {
    uint64_t page_bytes;
    uint64_t count;  // of ranges
    struct pageheap_map_range ranges[PAGEHEAP_MAP_RANGES];
};

// ---- The worker's side -------------------------------------------------------------------------------------------------

// Begins to serve the request, if there is one. Returns its number; 0 if there is none.
static inline uint32_t pageheap_control_begin(struct pageheap_control *control) {
    // Acquire: what was asked is seen.
    uint32_t number = __atomic_load_n(&control->asked, __ATOMIC_ACQUIRE);
    if (number == 0 || number == control->begun) return 0;
    // Sequentially consistent, both: either this finds that the request was taken back, or who took it back finds its number.
    __atomic_store_n(&control->begun, number, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&control->asked, __ATOMIC_SEQ_CST) == number ? number : 0;
}

// Answers a request. Release: a process that sees the number also sees the answer, and what was filled in for it.
static inline void pageheap_control_answer(struct pageheap_control *control, uint32_t number, uint32_t error,
                                           uint64_t answer) {
    control->error = error;
    control->answer = answer;
    __atomic_store_n(&control->answered, number, __ATOMIC_RELEASE);
}

#endif
