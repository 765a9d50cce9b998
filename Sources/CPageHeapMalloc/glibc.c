// glibc's functions for malloc statistics, with this heap's figures: the same output formats, filled from one snapshot.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "CPageHeapMalloc.h"
#include "pageheap.h"

// As in glibc's malloc.h, which is not included because older versions lack mallinfo2.
struct mallinfo {
    int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
struct mallinfo2 {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

// This heap's equivalents of glibc's figures, in bytes unless the name says otherwise.
struct summary {
    size_t retained;      // from the system, now
    size_t accessible;    // from the system, at most so far
    size_t in_use;        // in the program's blocks
    size_t cached;        // free, in threads' caches
    size_t cached_count;  // blocks there
    size_t releasable;    // what malloc_trim releases at least
};

static struct summary summarise(void) {
    struct pageheap_statistics all = {.size = sizeof all};
    if (pageheap_statistics(&all) != 0) memset(&all, 0, sizeof all);
    struct pageheap_thread_caches caches = {.size = sizeof caches};
    if (pageheap_thread_caches(&caches) != 0) memset(&caches, 0, sizeof caches);
    struct summary summary;
    summary.accessible = all.system_bytes;
    summary.retained = all.in_use_bytes + all.cached_bytes + all.free_retained_bytes;
    // The figures are from different moments, because threads keep using their caches. So clamp the results.
    summary.in_use = all.live_bytes - (caches.thread_cache_bytes < all.live_bytes ? caches.thread_cache_bytes : all.live_bytes);
    if (summary.in_use > summary.retained) summary.in_use = summary.retained;
    size_t free = summary.retained - summary.in_use;
    summary.cached = caches.thread_cache_bytes < free ? caches.thread_cache_bytes : free;
    summary.cached_count = caches.thread_cache_blocks;
    summary.releasable = all.free_retained_bytes + all.cached_bytes;
    return summary;
}

struct mallinfo2 mallinfo2(void) {
    struct summary summary = summarise();
    return (struct mallinfo2){
        .arena = summary.retained,
        .smblks = summary.cached_count,
        .fsmblks = summary.cached,
        .uordblks = summary.in_use,
        .fordblks = summary.retained - summary.in_use,
        .keepcost = summary.releasable,
    };
}

// Clamps a figure to the old form's int, which ends at 2 GiB. (glibc's own figures wrap around.)
static int at_most_int(size_t number) { return number > INT_MAX ? INT_MAX : (int)number; }

struct mallinfo mallinfo(void) {
    struct mallinfo2 wide = mallinfo2();
    return (struct mallinfo){
        .arena = at_most_int(wide.arena),
        .smblks = at_most_int(wide.smblks),
        .fsmblks = at_most_int(wide.fsmblks),
        .uordblks = at_most_int(wide.uordblks),
        .fordblks = at_most_int(wide.fordblks),
        .keepcost = at_most_int(wide.keepcost),
    };
}

// Reports one arena and no separate mappings. Does not write through the stream stderr, whose lock the caller may hold.
void malloc_stats(void) {
    int saved = errno;
    struct summary summary = summarise();
    char text[512];
    int length = snprintf(text, sizeof text,
                          "Arena 0:\nsystem bytes     = %10zu\nin use bytes     = %10zu\n"
                          "Total (incl. mmap):\nsystem bytes     = %10zu\nin use bytes     = %10zu\n"
                          "max mmap regions = %10u\nmax mmap bytes   = %10lu\n",
                          summary.retained, summary.in_use, summary.retained, summary.in_use, 0, 0UL);
    pageheap_write(STDERR_FILENO, text, (size_t)length);
    errno = saved;
}

// Reports one heap. Blocks in thread caches count as 'fast', all other free memory as 'rest'.
int malloc_info(int options, FILE *stream) {
    if (options != 0) return EINVAL;
    struct summary summary = summarise();
    char totals[1024];
    snprintf(totals, sizeof totals,
             "<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n"
             "<total type=\"rest\" count=\"%d\" size=\"%zu\"/>\n",
             summary.cached_count, summary.cached, summary.retained - summary.in_use > summary.cached,
             summary.retained - summary.in_use - summary.cached);
    char system[1024];
    snprintf(system, sizeof system,
             "<system type=\"current\" size=\"%zu\"/>\n<system type=\"max\" size=\"%zu\"/>\n"
             "<aspace type=\"total\" size=\"%zu\"/>\n<aspace type=\"mprotect\" size=\"%zu\"/>\n",
             summary.retained, summary.accessible, summary.accessible, summary.accessible);
    char text[4096];
    int length = snprintf(text, sizeof text,
                          "<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n</sizes>\n%s%s</heap>\n"
                          "%s<total type=\"mmap\" count=\"0\" size=\"0\"/>\n%s</malloc>\n",
                          totals, system, totals, system);
    fwrite(text, 1, (size_t)length, stream);
    return 0;
}
