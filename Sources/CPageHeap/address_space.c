// Chooses, reserves and maps the heap's address ranges.
//
// A range is reserved by choosing its address, not by mapping it. It lies at a random place, far from where the kernel puts
// mappings by itself, and its pieces are mapped at fixed addresses as they are needed. So the process never has more address
// space mapped than it uses, which is what limits, mlockall and monitoring tools count. Another mapping may land in a chosen
// range; then a piece cannot be mapped there, and the heap continues elsewhere.
//
// No two chosen ranges overlap, and none is chosen again after it was cancelled, so a process of many heaps uses an area
// up. Further ranges are then mapped without access, in an area of their own, and pieces are made accessible: the kernel
// knows which of those are in use, and takes them back. The same is done, wherever the kernel likes, if memory cannot be
// mapped at such addresses (emulators, debuggers, processors with a small address space).
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0
#endif

enum { unknown, chooses, cannot_choose };
static uint32_t mode;  // relaxed: all threads that find it unknown come to the same result

#if UINTPTR_MAX > UINT32_MAX
#define TIB ((uintptr_t)1 << 40)
#else
#define TIB ((uintptr_t)1 << 28)
#endif

// With 47-bit addresses, programs, libraries and stacks lie above 85 TiB, and addresses that other software chooses mostly
// below 16 TiB. For programs with an unlimited stack the kernel places mappings upwards from 43 TiB.
static struct area {
    uintptr_t base, end;
    uintptr_t start;  // a random place; 0 before the first use
    uintptr_t above;  // bytes taken upwards from `start`
    uintptr_t below;  // bytes taken downwards from `start`
} areas[] = {
    [PAGEHEAP_METADATA_SPACE] = {16 * TIB, 32 * TIB, 0, 0, 0},
    [PAGEHEAP_HEAP_SPACE] = {44 * TIB, 84 * TIB, 0, 0, 0},
};

// Where ranges are mapped once they can no longer be chosen, and the largest of them. Of a larger one, nobody needs the
// whole, and it counts as virtual memory.
static const uintptr_t mapped_base = 33 * TIB, mapped_end = 43 * TIB, mapped_limit = TIB;

// What is left of an area for ranges below its start, and for later ones above its first.
static const uintptr_t margin = TIB;

// The least distance between two large ranges, and the granularity of random addresses.
static const uintptr_t gap = (uintptr_t)1 << 22;

// Ranges up to this size, and ranges that are used from their end, are placed downwards from the start, each directly below
// the last. So the metadata of a small heap is one mapping with few page tables, each of which every fork has to copy.
static const uintptr_t small = (uintptr_t)1 << 26;

// Offset of the start within the range of a page table, so that memory just above it and just below it shares one.
static const uintptr_t start_offset = (uintptr_t)1 << 20;

static int map_fixed(void *address, uintptr_t bytes, int protection, int flags) {
    int saved = errno;
    void *mapped = mmap(address, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    int error = mapped == MAP_FAILED ? errno : 0;
    // A kernel that does not know MAP_FIXED_NOREPLACE takes the address as a hint.
    if (error == 0 && mapped != address) {
        munmap(mapped, bytes);
        error = EEXIST;
    }
    errno = saved;
    return error;
}

// Returns a random address in a range, at which `bytes` find room. The range must be larger.
static uintptr_t random_place(uintptr_t base, uintptr_t end, uintptr_t bytes) {
    return base + (uintptr_t)pageheap_random() % ((end - base - bytes) / gap + 1) * gap;
}

// Returns the place in an area from which ranges are taken: a random one in its lower half, unless the first range needs
// more room than that leaves. Returns 0 if the area is too small for the range.
static uintptr_t start_of(struct area *area, uintptr_t bytes) {
    uintptr_t start = __atomic_load_n(&area->start, __ATOMIC_RELAXED);
    if (start != 0) return start;
    uintptr_t room = area->end - area->base - 3 * margin;
    if (bytes > room) return 0;
    uintptr_t half = (area->end - area->base) / 2, base = area->base + margin;
    uintptr_t place = random_place(base, base + (room - bytes < half ? room - bytes : half), 0) + start_offset;
    bool is_first =
        __atomic_compare_exchange_n(&area->start, &start, place, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return is_first ? place : start;
}

// Adds `bytes` to a count unless the sum exceeds the limit. `before` receives the old count.
static bool take(uintptr_t *count, uintptr_t bytes, uintptr_t limit, uintptr_t *before) {
    *before = __atomic_load_n(count, __ATOMIC_RELAXED);
    do {
        if (bytes > limit || *before > limit - bytes) return false;
    } while (!__atomic_compare_exchange_n(count, before, *before + bytes, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

// Chooses an area's next range, of whole pages. Returns 0 if the area has no room left for it.
static uintptr_t choose(struct area *area, uintptr_t bytes, bool below) {
    uintptr_t start = start_of(area, bytes), before;
    if (start == 0) return 0;
    below = below || bytes <= small;
    if (below && take(&area->below, bytes, start - area->base, &before)) return start - before - bytes;
    if (bytes > UINTPTR_MAX - 2 * gap) return 0;
    uintptr_t spaced = (bytes + 2 * gap - 1) / gap * gap;
    return take(&area->above, spaced, area->end - start, &before) ? start + before : 0;
}

// ThreadSanitizer reserves most addresses for itself, and turns a request for one of them into a request for address 0.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ADDRESSES_ARE_TAKEN 1
#endif
#endif

bool pageheap_chooses_addresses(void) {
#ifdef ADDRESSES_ARE_TAKEN
    return false;
#endif
    uint32_t found = __atomic_load_n(&mode, __ATOMIC_RELAXED);
    if (found == unknown) {
        found = cannot_choose;
        uintptr_t page = pageheap_physical_page_bytes();
        // Several attempts, because another mapping may lie at one of the places.
        for (int i = 0; i < 4 && found == cannot_choose && sizeof(void *) > 4; i++) {
            uintptr_t address = random_place(mapped_base, mapped_end, page);
            if (map_fixed((void *)address, page, PROT_NONE, MAP_FIXED_NOREPLACE) != 0) continue;
            munmap((void *)address, page);
            found = chooses;
        }
        __atomic_store_n(&mode, found, __ATOMIC_RELAXED);
    }
    return found == chooses;
}

bool pageheap_reserving_is_free(void) {
    if (!pageheap_chooses_addresses()) return false;
    const struct area *area = &areas[PAGEHEAP_HEAP_SPACE];
    uintptr_t start = __atomic_load_n(&area->start, __ATOMIC_RELAXED);
    if (start == 0) return true;
    return mapped_limit <= area->end - start - __atomic_load_n(&area->above, __ATOMIC_RELAXED);
}

// Whether a range was mapped when it was reserved.
static bool is_mapped_whole(const void *address) {
    return !pageheap_chooses_addresses() || ((uintptr_t)address >= mapped_base && (uintptr_t)address < mapped_end);
}

// Maps a range without access at a random place. Several attempts, because other ranges lie there.
static void *map_somewhere(uintptr_t bytes, uintptr_t alignment) {
    if (bytes > mapped_limit) return NULL;
    for (int i = 0; i < 16; i++) {
        uintptr_t place = random_place(mapped_base, mapped_end, bytes + alignment);
        void *address = (void *)((place + alignment - 1) / alignment * alignment);
        int error = map_fixed(address, bytes, PROT_NONE, MAP_FIXED_NOREPLACE);
        if (error == 0) return address;
        if (error != EEXIST) return NULL;
    }
    return NULL;
}

void *pageheap_reserve(uintptr_t bytes, uintptr_t alignment, int space, bool below) {
    uintptr_t page = pageheap_physical_page_bytes(), padded;
    if (alignment < page) alignment = page;
    if (__builtin_add_overflow(bytes, alignment, &padded)) return NULL;
    if (pageheap_chooses_addresses()) {
        uintptr_t start = choose(&areas[space], alignment == page ? bytes : padded, below);
        if (start == 0) return map_somewhere(bytes, alignment);
        return (void *)((start + alignment - 1) / alignment * alignment);
    }
    char *mapped = pageheap_map(padded, PAGEHEAP_ACCESS_NONE);
    if (mapped == NULL) return NULL;
    // The mapping is larger than requested, so that an aligned range lies inside. Unmap the rest.
    uintptr_t front = (alignment - (uintptr_t)mapped % alignment) % alignment;
    if (front > 0) pageheap_unmap(mapped, front);
    if (alignment - front > 0) pageheap_unmap(mapped + front + bytes, alignment - front);
    return mapped + front;
}

void pageheap_cancel(void *address, uintptr_t bytes) {
    if (is_mapped_whole(address)) pageheap_unmap(address, bytes);
}

int pageheap_map_at(void *address, uintptr_t bytes) {
    if (is_mapped_whole(address)) return pageheap_protect(address, bytes, PAGEHEAP_ACCESS_READ_WRITE);
    return map_fixed(address, bytes, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);
}

void pageheap_unmap_at(void *address, uintptr_t bytes) {
    if (!is_mapped_whole(address)) pageheap_unmap(address, bytes);
}

// EEXIST is reliable here: the kernel looks for other mappings before it checks limits. Without access, because a process
// that has called mlockall would be given memory for the whole range.
bool pageheap_is_occupied(void *address, uintptr_t bytes) {
    if (is_mapped_whole(address)) return false;
    int error = map_fixed(address, bytes, PROT_NONE, MAP_FIXED_NOREPLACE);
    if (error == 0) pageheap_unmap(address, bytes);
    return error == EEXIST;
}

int pageheap_map_anew(void *address, uintptr_t bytes) {
    return map_fixed(address, bytes, PROT_READ | PROT_WRITE, MAP_FIXED);
}
