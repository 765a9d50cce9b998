#include "present_pages.h"

#include <sys/ioctl.h>

// As in <linux/fs.h>, which older systems lack.
struct region {
    uint64_t start, end, categories;
};
struct scan {
    uint64_t size, flags, start, end, walk_end, regions, region_count, most_pages;
    uint64_t inverted, all_of, any_of, returned;
};
enum { IS_PRESENT = 1 << 3, IS_ZERO_PAGE = 1 << 5, REGIONS = 256 };

ssize_t pageheap_present_pages(
    int pagemap, uint64_t *start, uint64_t end, struct pageheap_pages *ranges, size_t count) {
    struct region regions[REGIONS];
    struct scan scan = {
        .size = sizeof scan,
        .start = *start,
        .end = end,
        .regions = (uint64_t)(uintptr_t)regions,
        .region_count = count < REGIONS ? count : REGIONS,
        .inverted = IS_ZERO_PAGE,
        .all_of = IS_PRESENT | IS_ZERO_PAGE,
        .returned = IS_PRESENT,
    };
    int found = ioctl(pagemap, _IOWR('f', 16, struct scan), &scan);
    if (found < 0) return -1;
    for (int number = 0; number < found; number++)
        ranges[number] = (struct pageheap_pages){regions[number].start, regions[number].end};
    *start = scan.walk_end;
    return found;
}
