#ifdef __linux__
// Linux: which limit has refused the process memory. The system says no more than ENOMEM, so what it refuses is tried again.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "CPageHeap.h"
#include "system.h"

// Whether a limit leaves less than `more` bytes beside those that are used.
static bool is_short(int resource, uint64_t used, uint64_t more) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
    return used >= limit.rlim_cur || limit.rlim_cur - used < more;
}

static uint64_t address_space_bytes(void) {
    return pageheap_read_number("/proc/self/statm", 0) * pageheap_physical_page_bytes();
}

// What RLIMIT_DATA counts: private memory that can be written, without stacks.
static uint64_t data_bytes(void) {
    return pageheap_read_named_number("/proc/self/status", "VmData:\t", 0) * 1024;
}

// Tries to make some mappings. Pages that can be read are cut out of one that cannot, because that changes no other figure
// for which there is a limit. Few enough that a heap which was refused the last one has left fewer.
static int try_mappings(void) {
    enum { CUTS = 4 };
    uintptr_t page = pageheap_physical_page_bytes(), bytes = (2 * CUTS + 1) * page;
    char *memory = pageheap_map(bytes, PAGEHEAP_ACCESS_NONE);
    if (memory == NULL)
        return is_short(RLIMIT_AS, address_space_bytes(), bytes) ? PAGEHEAP_LIMIT_ADDRESS_SPACE : PAGEHEAP_LIMIT_MAPPINGS;
    int error = 0;
    for (int cut = 0; cut < CUTS && error == 0; cut++)
        error = pageheap_protect(memory + (2 * cut + 1) * page, page, PAGEHEAP_ACCESS_READ);
    pageheap_unmap(memory, bytes);
    return error == ENOMEM ? PAGEHEAP_LIMIT_MAPPINGS : PAGEHEAP_LIMIT_UNKNOWN;
}

int pageheap_find_limit(uintptr_t bytes) {
    if (pageheap_keeps_to_plain_calls()) return PAGEHEAP_LIMIT_UNKNOWN;
    int saved = errno;
    int found = try_mappings();
    if (found == PAGEHEAP_LIMIT_UNKNOWN && is_short(RLIMIT_AS, address_space_bytes(), bytes))
        found = PAGEHEAP_LIMIT_ADDRESS_SPACE;
    if (found == PAGEHEAP_LIMIT_UNKNOWN && is_short(RLIMIT_DATA, data_bytes(), bytes)) found = PAGEHEAP_LIMIT_DATA;
    errno = saved;
    return found;
}
#endif
