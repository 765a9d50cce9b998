// Where the heap's memory lies.
//
// Address space is reserved by choosing it, not by mapping it: a range far from everything that the system places by itself,
// at random, of which pieces are mapped as they are needed, each exactly where it belongs. So the process has no more
// address space than it uses, whatever counts it: limits, mlockall, people. Something else may come to lie in a range; then a
// piece cannot be mapped, and the heap goes elsewhere.
//
// If memory cannot be had at such addresses (emulators, debuggers and processors with a small address space), ranges are
// mapped without access instead, wherever the system likes, and pieces are made accessible.
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
static uint32_t mode;  // relaxed: threads that find it unknown all get the same result

#if UINTPTR_MAX > UINT32_MAX
#define TIB ((uintptr_t)1 << 40)
#else
#define TIB ((uintptr_t)1 << 28)
#endif

// Programs, libraries and stacks lie above 85 TiB on 64-bit systems of 47 bits, and what others choose for themselves mostly
// below 16. From 43 on the system places mappings upwards for programs whose stacks have no limit.
static struct area {
    uintptr_t base, end;
    uintptr_t start;  // a random place; 0 before the first use
    uintptr_t above;  // bytes taken from there upwards
    uintptr_t below;  // bytes taken from there downwards
} areas[] = {
    [PAGEHEAP_METADATA_SPACE] = {16 * TIB, 32 * TIB, 0, 0, 0},
    [PAGEHEAP_HEAP_SPACE] = {44 * TIB, 84 * TIB, 0, 0, 0},
};

// Between two large ranges, and the unit of where the first one begins.
static const uintptr_t gap = (uintptr_t)1 << 22;

// Smaller ranges lie below the start, one directly below the other, and so do ranges that are used from their end. So the
// books that a small heap uses are one mapping, with few page tables, each of which costs every fork.
static const uintptr_t small = (uintptr_t)1 << 26;

// Where in a page table's range the start lies: what is above it and what is below it share one.
static const uintptr_t start_offset = (uintptr_t)1 << 20;

static int map_fixed(void *address, uintptr_t bytes, int flags) {
    int saved = errno;
    void *mapped = mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    int error = mapped == MAP_FAILED ? errno : 0;
    // A kernel that does not know MAP_FIXED_NOREPLACE takes the address for a hint.
    if (error == 0 && mapped != address) {
        munmap(mapped, bytes);
        error = EEXIST;
    }
    errno = saved;
    return error;
}

// A random place in the lower half of an area, so that there is room for what follows.
static uintptr_t random_place(const struct area *area, uintptr_t bytes) {
    uintptr_t places = (area->end - area->base - bytes) / gap / 2 + 1;
    return area->base + (uintptr_t)pageheap_random() % places * gap;
}

static uintptr_t start_of(struct area *area) {
    uintptr_t start = __atomic_load_n(&area->start, __ATOMIC_RELAXED);
    if (start != 0) return start;
    uintptr_t place = random_place(area, TIB) + TIB + start_offset;
    bool is_first =
        __atomic_compare_exchange_n(&area->start, &start, place, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return is_first ? place : start;
}

// Adds to a count if the sum is within a limit.
static bool take(uintptr_t *count, uintptr_t bytes, uintptr_t limit, uintptr_t *before) {
    *before = __atomic_load_n(count, __ATOMIC_RELAXED);
    do {
        if (bytes > limit || *before > limit - bytes) return false;
    } while (!__atomic_compare_exchange_n(count, before, *before + bytes, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

// The next range of an area, of whole pages; anywhere once the area is used up; 0 if it is too small.
static uintptr_t choose(struct area *area, uintptr_t bytes, bool below) {
    if (bytes > area->end - area->base) return 0;
    uintptr_t start = start_of(area), before;
    below = below || bytes <= small;
    if (below && take(&area->below, bytes, start - area->base, &before)) return start - before - bytes;
    uintptr_t spaced = (bytes + 2 * gap - 1) / gap * gap;
    if (take(&area->above, spaced, area->end - start, &before)) return start + before;
    return random_place(area, bytes);
}

// The thread sanitizer has addresses of its own, and passes on a request for others as one for address 0.
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
        // More than one place, because another mapping may lie in one.
        for (int i = 0; i < 4 && found == cannot_choose && sizeof(void *) > 4; i++) {
            uintptr_t address = random_place(&areas[PAGEHEAP_METADATA_SPACE], page);
            if (map_fixed((void *)address, page, MAP_FIXED_NOREPLACE) != 0) continue;
            munmap((void *)address, page);
            found = chooses;
        }
        __atomic_store_n(&mode, found, __ATOMIC_RELAXED);
    }
    return found == chooses;
}

void *pageheap_reserve(uintptr_t bytes, uintptr_t alignment, int space, bool below) {
    uintptr_t page = pageheap_physical_page_bytes(), padded;
    if (alignment < page) alignment = page;
    if (__builtin_add_overflow(bytes, alignment, &padded)) return NULL;
    if (pageheap_chooses_addresses()) {
        uintptr_t start = choose(&areas[space], alignment == page ? bytes : padded, below);
        return start == 0 ? NULL : (void *)((start + alignment - 1) / alignment * alignment);
    }
    char *mapped = pageheap_map(padded, PAGEHEAP_ACCESS_NONE);
    if (mapped == NULL) return NULL;
    // More was taken than asked, so that an aligned piece lies inside; the rest goes back.
    uintptr_t front = (alignment - (uintptr_t)mapped % alignment) % alignment;
    if (front > 0) pageheap_unmap(mapped, front);
    if (alignment - front > 0) pageheap_unmap(mapped + front + bytes, alignment - front);
    return mapped + front;
}

void pageheap_cancel(void *address, uintptr_t bytes) {
    if (!pageheap_chooses_addresses()) pageheap_unmap(address, bytes);
}

int pageheap_map_at(void *address, uintptr_t bytes) {
    if (pageheap_chooses_addresses()) return map_fixed(address, bytes, MAP_FIXED_NOREPLACE);
    return pageheap_protect(address, bytes, PAGEHEAP_ACCESS_READ_WRITE);
}

void pageheap_unmap_at(void *address, uintptr_t bytes) {
    if (pageheap_chooses_addresses()) pageheap_unmap(address, bytes);
}

// The kernel looks for other mappings before it looks at limits.
bool pageheap_is_occupied(void *address, uintptr_t bytes) {
    if (!pageheap_chooses_addresses()) return false;
    int error = map_fixed(address, bytes, MAP_FIXED_NOREPLACE);
    if (error == 0) pageheap_unmap(address, bytes);
    return error == EEXIST;
}

int pageheap_map_anew(void *address, uintptr_t bytes) { return map_fixed(address, bytes, MAP_FIXED); }
