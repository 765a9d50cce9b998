// Aborting the process, finding functions by name, and creating the statistics page's file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

// A crash reporter's handler may allocate, so this thread no longer waits for any heap lock, including those it holds.
_Noreturn void pageheap_abort(void) {
    pageheap_slot.passes_locks = PAGEHEAP_PASSES_TO_STOP;
    pageheap_stop_from_bare_thread();
    abort();
}

// Bytes of address space that a page takes: with control, the map's place as well, which is no memory until a process that asks for
// a map makes the file that long.
static uintptr_t mapped_bytes(bool allows_control) {
    return allows_control ? PAGEHEAP_MAP_OFFSET + PAGEHEAP_MAP_BYTES : sizeof(struct pageheap_statistics_page);
}

static void start_page(struct pageheap_statistics_page *page, bool allows_control) {
    page->control.is_allowed = allows_control;
    page->size = sizeof *page;
    page->version = PAGEHEAP_STATISTICS_VERSION;
    page->process_identifier = (uint32_t)getpid();
    page->statistics.size = sizeof page->statistics;
    page->statistics.goal_bytes = page->statistics.memory_limit_bytes = page->statistics.limit_goal_bytes = PAGEHEAP_NONE;
    __atomic_store_n(&page->magic, PAGEHEAP_STATISTICS_MAGIC, __ATOMIC_RELEASE);  // last: makes the page valid
}

static const char *page_problem(int error) {
    switch (error) {
        case ENOENT: return "there is no such folder; create it before the process starts";
        case ENOTDIR: return "it is not a folder";
        case ENAMETOOLONG: return "the path is too long";
        case EACCES:
        case EPERM: return "the process may not write there";
        case EROFS: return "the file system is read-only";
        case ENOSPC:
        case EDQUOT: return "the file system is full";
        case EMFILE:
        case ENFILE: return "the limit on open files is reached";
        case EFBIG: return "the limit on the size of files is too low";
        default: return "no file of figures can be made there";
    }
}

struct pageheap_statistics_page *pageheap_statistics_page_create(const char *directory, bool allows_control,
                                                                 const char **problem) {
    char path[4096];
    *problem = page_problem(ENAMETOOLONG);
    // exec keeps the process identifier: the number after it tells this program's page from its predecessor's.
    for (int programs = 0; programs < 1000000; programs++) {
        int length = snprintf(path, sizeof path, "%s/%ld.%d", directory, (long)getpid(), programs);
        if (length < 0 || (size_t)length >= sizeof path) return NULL;
        int error = 0;
        struct pageheap_statistics_page *page =
            pageheap_map_new_file(path, sizeof *page, mapped_bytes(allows_control), &error);
        if (page != NULL) start_page(page, allows_control);
        *problem = page_problem(error);
        if (page != NULL || error != EEXIST) return page;
    }
    return NULL;
}

void pageheap_statistics_page_unmap(struct pageheap_statistics_page *page, bool allows_control) {
    pageheap_unmap(page, mapped_bytes(allows_control));
}

void *pageheap_find_function(const char *name) { return dlsym(RTLD_DEFAULT, name); }
