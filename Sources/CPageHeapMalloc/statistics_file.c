// The process's statistics page has a file, which is removed when the process ends normally; otherwise, by another process.
#include <stddef.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "CPageHeapMalloc.h"

static struct pageheap_statistics_file file;
static bool is_kept;

void pageheap_keep_statistics_file(void) { is_kept = true; }

// Whether this process removes the pages of ended ones: one in 64 does. The first bits of a product with 2^32 over the golden ratio
// are as good as random, so no habit of processes, such as every second identifier, misses them for long.
static bool removes_ended_pages(void) { return (uint32_t)getpid() * 2654435769U >> 26 == 0; }

struct pageheap_statistics_page *pageheap_publish_in(const char *directory, bool allows_control, const char **problem) {
    const char *unread;
    if (!is_kept && removes_ended_pages()) pageheap_remove_ended_pages(directory);
    return pageheap_statistics_page_create(directory, allows_control, is_kept, &file, problem != NULL ? problem : &unread);
}

__attribute__((destructor)) static void remove_at_exit(void) {
    if (!is_kept) pageheap_statistics_file_remove(&file);
}
