// Which pages of another process are in physical memory.
#ifndef PAGEHEAP_PRESENT_PAGES_H
#define PAGEHEAP_PRESENT_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Addresses of pages in a row: from `start`, up to `end`.
struct pageheap_pages {
    uint64_t start, end;
};

// Finds pages that are present and are not the zero page, which costs nothing and is where memory was only read.
//
// PAGEMAP is a descriptor of /proc/PID/pagemap. The search begins at *START, which is moved to where it has ended, and goes
// up to END at most. Returns the number of RANGES that were filled in, of COUNT at most; or -1, and sets errno: ENOTTY where
// the kernel is older than Linux 6.7 and cannot tell.
ssize_t pageheap_present_pages(
    int pagemap, uint64_t *_Nonnull start, uint64_t end, struct pageheap_pages *_Nonnull ranges, size_t count);

#endif
