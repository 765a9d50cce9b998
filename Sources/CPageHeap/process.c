// Messages, functions by name, and the statistics page's file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

void pageheap_write_error(const char *text, size_t bytes) {
    int saved = errno;
    while (bytes > 0) {
        ssize_t written = write(STDERR_FILENO, text, bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        text += written;
        bytes -= (size_t)written;
    }
    errno = saved;
}

_Noreturn void pageheap_abort(void) { abort(); }

static void start_page(struct pageheap_statistics_page *page) {
    page->size = sizeof *page;
    page->version = PAGEHEAP_STATISTICS_VERSION;
    page->process_identifier = (uint32_t)getpid();
    page->figures.goal_bytes = UINT64_MAX;
    __atomic_store_n(&page->magic, PAGEHEAP_STATISTICS_MAGIC, __ATOMIC_RELEASE);  // last: a reader waits for it
}

struct pageheap_statistics_page *pageheap_statistics_page_create(const char *directory) {
    int saved = errno;
    char path[4096];
    int file = -1;
    // An executed program keeps its process identifier: the number after it tells its pages from its forerunner's.
    for (int programs = 0; file < 0 && programs < 1000000; programs++) {
        int length = snprintf(path, sizeof path, "%s/%ld.%d", directory, (long)getpid(), programs);
        if (length < 0 || (size_t)length >= sizeof path) break;
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 && errno != EEXIST) break;
    }
    struct pageheap_statistics_page *page = NULL;
    // Blocks are taken now: a write to a full memory file system would be a bus error.
    if (file >= 0 && pageheap_take_blocks(file, sizeof *page)) {
        void *mapped = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED) {
            page = mapped;
            start_page(page);
        }
    }
    if (file >= 0) close(file);
    errno = saved;
    return page;
}

void pageheap_statistics_page_unmap(struct pageheap_statistics_page *page) { pageheap_unmap(page, sizeof *page); }

void *pageheap_find_function(const char *name) { return dlsym(RTLD_DEFAULT, name); }
