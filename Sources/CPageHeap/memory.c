// Memory calls that are the same on every system. They preserve errno, because free() must not change it.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

static int protection_of(int access) {
    return access == PAGEHEAP_ACCESS_NONE ? PROT_NONE
         : access == PAGEHEAP_ACCESS_READ ? PROT_READ : PROT_READ | PROT_WRITE;
}

void *pageheap_map(uintptr_t bytes, int access) {
    int saved = errno;
    void *address = mmap(NULL, bytes, protection_of(access), MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
    return address == MAP_FAILED ? NULL : address;
}

int pageheap_unmap(void *address, uintptr_t bytes) {
    int saved = errno;
    int error = munmap(address, bytes) == 0 ? 0 : errno;
    errno = saved;
    // A piece out of the middle of a mapping makes two of it, which is refused to a process that has as many as it may have.
    if (error == ENOMEM) pageheap_release_range(address, bytes, PAGEHEAP_RELEASE_DONTNEED);
    return error;
}

int pageheap_protect(void *address, uintptr_t bytes, int access) {
    ANSWER(mprotect(address, bytes, protection_of(access)));
}

bool pageheap_find_resident_pages(void *address, uintptr_t bytes, unsigned char *pages) {
    if (pageheap_keeps_to_plain_calls()) return false;
    int saved = errno;
    bool is_known = mincore(address, bytes, (void *)pages) == 0;
    errno = saved;
    return is_known;
}

uintptr_t pageheap_physical_page_bytes(void) {
    long bytes = sysconf(_SC_PAGESIZE);
    return bytes > 0 ? (uintptr_t)bytes : 4096;
}

bool pageheap_address_space_is_limited(void) {
    // Ranges that are chosen but not mapped do not count against the limit.
    if (pageheap_reserving_is_free()) return false;
    int saved = errno;
    struct rlimit limit;
    bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    errno = saved;
    return limited;
}
