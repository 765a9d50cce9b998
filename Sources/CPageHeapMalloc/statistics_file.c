// The process's statistics page has a file, which is removed when the process ends normally.
#include <stddef.h>

#include "CPageHeap.h"
#include "CPageHeapMalloc.h"

static struct pageheap_statistics_file file;
static bool is_kept;

void pageheap_keep_statistics_file(void) { is_kept = true; }

struct pageheap_statistics_page *pageheap_publish_in(const char *directory, bool allows_control, const char **problem) {
    const char *unread;
    return pageheap_statistics_page_create(directory, allows_control, is_kept, &file, problem != NULL ? problem : &unread);
}

__attribute__((destructor)) static void remove_at_exit(void) {
    if (!is_kept) pageheap_statistics_file_remove(&file);
}
