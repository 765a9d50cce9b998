#ifdef __linux__
// Linux: moving and releasing memory, huge pages, and the machine's figures.
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

int pageheap_move_memory(void *from, void *to, uintptr_t bytes) {
    int saved = errno;
    int error = 0;
    // MREMAP_DONTUNMAP keeps the old mapping, so that no other mapping can take its place meanwhile.
    if (mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) == MAP_FAILED) error = errno;
    errno = saved;
    return error;
}

// Linux 6.13. The kernel refuses to install guards in locked memory.
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

int pageheap_set_guard(void *address, uintptr_t bytes) { ANSWER(madvise(address, bytes, MADV_GUARD_INSTALL)); }
int pageheap_remove_guard(void *address, uintptr_t bytes) { ANSWER(madvise(address, bytes, MADV_GUARD_REMOVE)); }

int pageheap_release_range(void *address, uintptr_t bytes, int method) {
#ifdef MADV_FREE
    int advice = method == PAGEHEAP_RELEASE_FREE ? MADV_FREE : MADV_DONTNEED;
#else
    int advice = MADV_DONTNEED;
#endif
    ANSWER(madvise(address, bytes, advice));
}

#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

// PIDFD_SELF_THREAD of Linux 6.14: names the calling thread, whose memory is the process's, so that no descriptor need be
// opened. (The name of the process itself has changed its number since.)
static const int own_thread = -10000;

// Releasing many ranges in one call costs one TLB flush instead of one per range. A kernel that lacks the call, does not
// know the sentinel, or does not allow a process to release its own memory this way, refuses it; it is not asked again.
uintptr_t pageheap_release_ranges(const void *ranges, uintptr_t count, int method) {
    const struct iovec *each = ranges;
    static int is_refused;  // relaxed: at worst another thread tries the call once more
    if (method != PAGEHEAP_RELEASE_DONTNEED || pageheap_keeps_to_plain_calls()
        || __atomic_load_n(&is_refused, __ATOMIC_RELAXED))
        return 0;
    int saved = errno;
    ssize_t bytes = syscall(SYS_process_madvise, own_thread, each, count, MADV_DONTNEED, 0);
    int error = bytes < 0 ? errno : 0;
    errno = saved;
    uintptr_t done = 0;
    while (bytes > 0 && done < count && (uintptr_t)bytes >= each[done].iov_len) bytes -= (ssize_t)each[done++].iov_len;
    if (error != 0 && error != ENOMEM && error != EAGAIN) {
        // Locked pages give EINVAL, too: the call is unsupported only if the range can be released on its own.
        if (pageheap_release_range(each[0].iov_base, each[0].iov_len, method) != 0) return 0;
        __atomic_store_n(&is_refused, 1, __ATOMIC_RELAXED);
        done = 1;
    }
    return done;
}

#ifdef MADV_COLD
int pageheap_split_huge_page(void *address, uintptr_t bytes) { ANSWER(madvise(address, bytes, MADV_COLD)); }
#else
int pageheap_split_huge_page(void *address, uintptr_t bytes) { return EINVAL; }
#endif

#ifdef MADV_HUGEPAGE
int pageheap_allow_huge_pages(void *address, uintptr_t bytes) {
    int error = pageheap_split_huge_page(address, pageheap_physical_page_bytes());
    if (error != 0) return error;
    ANSWER(madvise(address, bytes, MADV_HUGEPAGE));
}

int pageheap_forbid_huge_pages(void *address, uintptr_t bytes) { ANSWER(madvise(address, bytes, MADV_NOHUGEPAGE)); }
#else
int pageheap_allow_huge_pages(void *address, uintptr_t bytes) { return EINVAL; }
int pageheap_forbid_huge_pages(void *address, uintptr_t bytes) { return EINVAL; }
#endif

bool pageheap_released_memory_reads_zero(void) {
    uintptr_t bytes = pageheap_physical_page_bytes();
    volatile unsigned char *page = pageheap_map(bytes, PAGEHEAP_ACCESS_READ_WRITE);
    if (page == NULL) return false;
    page[0] = 1;
    bool zero = pageheap_release_range((void *)page, bytes, PAGEHEAP_RELEASE_DONTNEED) == 0 && page[0] == 0;
    pageheap_unmap((void *)page, bytes);
    return zero;
}

uintptr_t pageheap_huge_page_bytes(void) {
    uint64_t bytes = pageheap_read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
    // Reject anything but a power of two: callers align to this size.
    return bytes != 0 && (bytes & (bytes - 1)) == 0 ? (uintptr_t)bytes : 0;
}

bool pageheap_huge_pages_come_unasked(void) {
    char text[64];
    pageheap_read_text("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    return strstr(text, "[always]") != NULL;
}

// The memory of the machine, with or without swap; all ones if the system does not say.
static uintptr_t machine_bytes(bool with_swap) {
    int saved = errno;
    struct sysinfo machine;
    uintptr_t bytes = UINTPTR_MAX;
    if (sysinfo(&machine) == 0) {
        uint64_t units, total;
        bool overflows = __builtin_add_overflow((uint64_t)machine.totalram, with_swap ? (uint64_t)machine.totalswap : 0, &units) ||
                         __builtin_mul_overflow(units, (uint64_t)machine.mem_unit, &total);
        bytes = overflows || total > UINTPTR_MAX ? UINTPTR_MAX : (uintptr_t)total;
    }
    errno = saved;
    return bytes;
}

static uintptr_t find_largest_request(void) {
    if (pageheap_read_number("/proc/sys/vm/overcommit_memory", 0) == 1) return UINTPTR_MAX;
    return machine_bytes(true);
}

uintptr_t pageheap_largest_request_bytes(void) {
    static uintptr_t last = UINTPTR_MAX;  // relaxed: a single value, found while files could still be opened
    if (pageheap_keeps_to_plain_calls()) return __atomic_load_n(&last, __ATOMIC_RELAXED);
    uintptr_t found = find_largest_request();
    __atomic_store_n(&last, found, __ATOMIC_RELAXED);
    return found;
}

static uintptr_t memory_bytes;  // relaxed: a single figure

void pageheap_read_machine(void) {
    if (pageheap_keeps_to_plain_calls()) return;
    __atomic_store_n(&memory_bytes, machine_bytes(false), __ATOMIC_RELAXED);
}

uintptr_t pageheap_memory_bytes(void) { return __atomic_load_n(&memory_bytes, __ATOMIC_RELAXED); }

double pageheap_measure_fault_nanoseconds(uintptr_t page_bytes) {
    enum { PAGES = 32 };
    // The clock that is left then is too coarse.
    if (pageheap_keeps_to_plain_calls()) return 0;
    int saved = errno;
    double result = 0;
    char *memory = mmap(NULL, PAGES * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) {
        int64_t start = pageheap_thread_cpu_nanoseconds();
        for (int page = 0; page < PAGES; page++) *(volatile char *)(memory + page * page_bytes) = 1;
        result = (double)(pageheap_thread_cpu_nanoseconds() - start) / PAGES;
        munmap(memory, PAGES * page_bytes);
    }
    errno = saved;
    return result;
}

uint64_t pageheap_random(void) {
    const unsigned char *bytes = (const unsigned char *)getauxval(AT_RANDOM);
    uint64_t number = 0;
    if (bytes != NULL) memcpy(&number, bytes + 8, sizeof number);
    // Mixed, not used as they are: the C library derives its stack canary from these bytes.
    number = (number ^ (uint64_t)pageheap_monotonic_nanoseconds()) * UINT64_C(0x9e3779b97f4a7c15);
    return number ^ number >> 32;
}
#endif
