#ifndef PAGEHEAP_REPLAY_STREAM_H
#define PAGEHEAP_REPLAY_STREAM_H

#include <stdint.h>

// What `pageheap replay` tells `pageheap-replayer`, and what it is told in the end. Both are of one build.

enum pageheap_replay_action {
    PAGEHEAP_REPLAY_ALLOCATE = 0,
    PAGEHEAP_REPLAY_FREE = 1,
    PAGEHEAP_REPLAY_REALLOCATE = 2,
    PAGEHEAP_REPLAY_END_THREAD = 3,
};

// Blocks and threads have numbers from 0 on. A number is used again once its block was freed or its thread has ended, so the
// highest ones say how many there are at a time.
struct pageheap_replay_event {
    uint64_t nanoseconds;  // since the beginning of the trace
    uint64_t bytes;
    uint32_t block;
    uint16_t thread;  // below PAGEHEAP_REPLAY_THREADS
    uint8_t action;
    uint8_t alignment_log2;  // of an allocation; 0 if none was asked for
};

enum { PAGEHEAP_REPLAY_THREADS = 4096 };

// Memory is that of the allocator: without what the program itself needs.
struct pageheap_replay_result {
    uint64_t events;
    uint64_t refused;
    uint64_t peak_resident_bytes;
    uint64_t final_resident_bytes;
    uint64_t idle_resident_bytes;
    uint64_t wall_nanoseconds;  // until the last event
    uint64_t user_nanoseconds;  // CPU time until the last event
    uint64_t system_nanoseconds;
    uint64_t idle_cpu_nanoseconds;  // CPU time in the idle time
    uint64_t faults;
};

#endif
