// The file of a process's statistics page: who makes it, and who removes it.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

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
    page->process_namespace = pageheap_process_namespace();
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
        default: return "no file can be made there";
    }
}

const char *pageheap_folder_problem(const char *path) {
    char place[4096];
    int length = snprintf(place, sizeof place, "%s/.", path);
    if (length < 0 || (size_t)length >= sizeof place) return page_problem(ENAMETOOLONG);
    int error = pageheap_keeps_to_plain_calls() ? 0 : pageheap_write_access(place);
    return error == 0 ? NULL : page_problem(error);
}

_Static_assert(sizeof(struct pageheap_page_start) == offsetof(struct pageheap_statistics_page, statistics)
                   && offsetof(struct pageheap_page_start, process_identifier)
                          == offsetof(struct pageheap_statistics_page, process_identifier)
                   && offsetof(struct pageheap_page_start, process_namespace)
                          == offsetof(struct pageheap_statistics_page, process_namespace),
               "these are the page's first fields");

bool pageheap_page_is_of(const struct pageheap_page_start *page, uint32_t process, uint64_t namespace) {
    return namespace != 0 && page->magic == PAGEHEAP_STATISTICS_MAGIC && page->version == PAGEHEAP_STATISTICS_VERSION
           && page->process_identifier == process && page->process_namespace == namespace;
}

// Whether the file holds the page of a program that this process identifier has executed before: none that lives can have both
// identifier and namespace, except this process.
static bool is_predecessors(const char *path) {
    struct pageheap_page_start page;
    return pageheap_read_bytes(path, &page, sizeof page)
           && pageheap_page_is_of(&page, (uint32_t)getpid(), pageheap_process_namespace());
}

static struct pageheap_statistics_page *map_new_page(struct pageheap_statistics_file *file, bool allows_control,
                                                     int *error) {
    uintptr_t bytes = sizeof(struct pageheap_statistics_page);
    return pageheap_map_new_file(file->path, bytes, mapped_bytes(allows_control), &file->identity, error);
}

struct pageheap_statistics_page *pageheap_statistics_page_create(const char *directory, bool allows_control, bool keeps,
                                                                 struct pageheap_statistics_file *file,
                                                                 const char **problem) {
    file->process = 0;
    *problem = page_problem(ENAMETOOLONG);
    // exec keeps the process identifier: the number after it tells this program's page from its predecessor's.
    for (int programs = 0; programs < 1000000; programs++) {
        int length = snprintf(file->path, sizeof file->path, "%s/%ld.%d", directory, (long)getpid(), programs);
        if (length < 0 || (size_t)length >= sizeof file->path) return NULL;
        int error = 0;
        struct pageheap_statistics_page *page = map_new_page(file, allows_control, &error);
        if (error == EEXIST && !keeps && is_predecessors(file->path) && pageheap_remove_file(file->path))
            page = map_new_page(file, allows_control, &error);
        if (page != NULL) {
            start_page(page, allows_control);
            file->process = (uint32_t)getpid();
        }
        *problem = page_problem(error);
        if (page != NULL || error != EEXIST) return page;
    }
    return NULL;
}

void pageheap_statistics_file_remove(struct pageheap_statistics_file *file) {
    if (pageheap_keeps_to_plain_calls() || file->process != (uint32_t)getpid()) return;
    if (!pageheap_is_same_file(pageheap_file_identity(file->path), file->identity)) return;
    file->process = 0;
    pageheap_remove_file(file->path);
}

void pageheap_statistics_page_unmap(struct pageheap_statistics_page *page, bool allows_control) {
    pageheap_unmap(page, mapped_bytes(allows_control));
}
