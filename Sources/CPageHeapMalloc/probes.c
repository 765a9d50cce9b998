// The probes of OpenTelemetry's contract for memory profilers: `otel_memory:alloc(block, bytes, weighted bytes)` for a sampled
// allocation, and `otel_memory:free(block)` before a sampled block is freed. A tracer finds them by the notes in the section
// .note.stapsdt of the library's file, and stops or counts at their addresses; without a tracer they are empty functions.
//
// The usual header for such probes is assembly, to have notes that name addresses in the middle of a function. These probes
// are functions of their own, so at their addresses the arguments are where the calling convention has them. And addresses in
// notes count from the section .stapsdt.base: every tool adds what that section's address differs from the one that the note
// gives for it. The functions are all there is in that section, so their addresses in it are known here, and nothing
// in the notes is left to the linker. (PageHeapMallocTests has a debugger find the probes and read their arguments.)
#include <stddef.h>
#include <stdint.h>

#include "CPageHeapMalloc.h"

// The distance of two functions in the section: more than either takes, in builds of any kind.
#define DISTANCE 128

#define PROBE __attribute__((noinline, used, visibility("hidden"), section(".stapsdt.base"), aligned(DISTANCE)))

// In this order in the section, as here. What they are called with is read by tracers, and not by them.
PROBE void pageheap_probe_allocated(uintptr_t block, uint64_t bytes, uint64_t weighted_bytes) {
    (void)block;
    (void)bytes;
    (void)weighted_bytes;
}

PROBE void pageheap_probe_freed(uintptr_t block) { (void)block; }

// What notes take for the address of the section: any but 0, which means that there is none.
#define BASE 0x1000

enum { NOTE_OF_A_PROBE = 3 };

// A note: its head, and then the probe's address, the section's, that of a counter of listeners (none: a probe is rare enough to
// be called for nobody), and three strings, of which the last ends the note. `text` has NULs between them.
#define NOTE(name, place, text)                                                          \
    static const struct __attribute__((packed, aligned(4))) {                            \
        uint32_t name_bytes, bytes, type;                                                \
        char owner[8];                                                                   \
        uint64_t address, base, listeners;                                               \
        char strings[sizeof text];                                                       \
    } name __attribute__((used, retain, section(".note.stapsdt"))) = {                   \
        8, 3 * sizeof(uint64_t) + sizeof text, NOTE_OF_A_PROBE, "stapsdt", BASE + place, \
        BASE, 0, text,                                                                   \
    }

#if defined(__x86_64__)
NOTE(allocated, 0, "otel_memory\0alloc\0" "8@%rdi 8@%rsi 8@%rdx");
NOTE(freed, DISTANCE, "otel_memory\0free\0" "8@%rdi");
#elif defined(__aarch64__)
NOTE(allocated, 0, "otel_memory\0alloc\0" "8@x0 8@x1 8@x2");
NOTE(freed, DISTANCE, "otel_memory\0free\0" "8@x0");
#endif
