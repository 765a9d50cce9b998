// Memory calls of the operating system. errno is the caller's: free() must not change it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "CPageHeap.h"

static int protection_of(int access) {
    return access == PAGEHEAP_ACCESS_NONE ? PROT_NONE
         : access == PAGEHEAP_ACCESS_READ ? PROT_READ : PROT_READ | PROT_WRITE;
}

void *pageheap_map(size_t bytes, int access) {
    int saved = errno;
    void *address = mmap(NULL, bytes, protection_of(access), MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
    return address == MAP_FAILED ? NULL : address;
}

// The errno of a call that failed, leaving the caller's errno as it was.
#define ANSWER(call)                             \
    do {                                         \
        int saved = errno;                       \
        int answer = (call) == 0 ? 0 : errno;    \
        errno = saved;                           \
        return answer;                           \
    } while (0)

int pageheap_unmap(void *address, size_t bytes) { ANSWER(munmap(address, bytes)); }

int pageheap_protect(void *address, size_t bytes, int access) {
    ANSWER(mprotect(address, bytes, protection_of(access)));
}

int pageheap_release_range(void *address, size_t bytes, int method) {
#ifdef MADV_FREE
    int advice = method == PAGEHEAP_RELEASE_FREE ? MADV_FREE : MADV_DONTNEED;
#else
    int advice = MADV_DONTNEED;
#endif
    ANSWER(madvise(address, bytes, advice));
}

size_t pageheap_physical_page_bytes(void) {
    long bytes = sysconf(_SC_PAGESIZE);
    return bytes > 0 ? (size_t)bytes : 4096;
}

// The number that a small file of the kernel's holds; 0 where there is none.
static size_t read_number(const char *path) {
    int saved = errno;
    size_t number = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        char text[32];
        ssize_t count = read(file, text, sizeof text);
        for (ssize_t i = 0; i < count && text[i] >= '0' && text[i] <= '9'; i++)
            number = number * 10 + (size_t)(text[i] - '0');
        close(file);
    }
    errno = saved;
    return number;
}

size_t pageheap_huge_page_bytes(void) { return read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"); }

size_t pageheap_largest_request_bytes(void) {
    if (read_number("/proc/sys/vm/overcommit_memory") == 1) return SIZE_MAX;
    struct sysinfo machine;
    return sysinfo(&machine) == 0 ? (machine.totalram + machine.totalswap) * machine.mem_unit : SIZE_MAX;
}

bool pageheap_address_space_is_limited(void) {
    int saved = errno;
    struct rlimit limit;
    bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    errno = saved;
    return limited;
}
