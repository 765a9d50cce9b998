#ifdef __linux__
// Linux: how memory is given back, huge pages, what the machine has.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

int pageheap_release_range(void *address, size_t bytes, int method) {
#ifdef MADV_FREE
    int advice = method == PAGEHEAP_RELEASE_FREE ? MADV_FREE : MADV_DONTNEED;
#else
    int advice = MADV_DONTNEED;
#endif
    ANSWER(madvise(address, bytes, advice));
}

// Whether an error says that a call is not to be had, rather than that it failed this time.
static bool may_be_unknown(int error) {
    return error != ENOMEM && error != EAGAIN && error != EMFILE && error != ENFILE;
}

// Many ranges cost one flush of the processors' address caches instead of one each. A kernel that lacks the call, or knows
// it for other processes only, refuses it; then they go one by one.
size_t pageheap_release_ranges(const void *ranges, size_t count, int method) {
    const struct iovec *each = ranges;
    size_t done = 0;
#if defined(SYS_process_madvise) && defined(SYS_pidfd_open)
    static int is_refused;  // relaxed: at worst another thread tries once more
    if (count > 1 && method == PAGEHEAP_RELEASE_DONTNEED && !__atomic_load_n(&is_refused, __ATOMIC_RELAXED)) {
        int saved = errno;
        // Opened anew each time: a program may close any descriptor, and give its number to another file.
        int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
        ssize_t bytes = self < 0 ? -1 : syscall(SYS_process_madvise, self, each, count, MADV_DONTNEED, 0);
        int error = bytes < 0 ? errno : 0;
        if (self >= 0) close(self);
        errno = saved;
        while (bytes > 0 && done < count && (size_t)bytes >= each[done].iov_len) bytes -= (ssize_t)each[done++].iov_len;
        if (error != 0 && may_be_unknown(error)) {
            // Locked pages give the same error: only where the range can be released by itself, the call is to blame.
            if (pageheap_release_range(each[0].iov_base, each[0].iov_len, method) != 0) return 0;
            __atomic_store_n(&is_refused, 1, __ATOMIC_RELAXED);
            done = 1;
        }
    }
#endif
    while (done < count && pageheap_release_range(each[done].iov_base, each[done].iov_len, method) == 0) done++;
    return done;
}

#ifdef MADV_COLD
int pageheap_part_huge_page(void *address, size_t bytes) { ANSWER(madvise(address, bytes, MADV_COLD)); }
#else
int pageheap_part_huge_page(void *address, size_t bytes) { return EINVAL; }
#endif

#ifdef MADV_HUGEPAGE
int pageheap_allow_huge_pages(void *address, size_t bytes) {
    int error = pageheap_part_huge_page(address, pageheap_physical_page_bytes());
    if (error != 0) return error;
    ANSWER(madvise(address, bytes, MADV_HUGEPAGE));
}

int pageheap_forbid_huge_pages(void *address, size_t bytes) { ANSWER(madvise(address, bytes, MADV_NOHUGEPAGE)); }
#else
int pageheap_allow_huge_pages(void *address, size_t bytes) { return EINVAL; }
int pageheap_forbid_huge_pages(void *address, size_t bytes) { return EINVAL; }
#endif

bool pageheap_released_memory_reads_zero(void) {
    size_t bytes = pageheap_physical_page_bytes();
    volatile unsigned char *page = pageheap_map(bytes, PAGEHEAP_ACCESS_READ_WRITE);
    if (page == NULL) return false;
    page[0] = 1;
    bool zero = pageheap_release_range((void *)page, bytes, PAGEHEAP_RELEASE_DONTNEED) == 0 && page[0] == 0;
    pageheap_unmap((void *)page, bytes);
    return zero;
}

// The beginning of a small file of the kernel's; empty where there is none.
static void read_text(const char *path, char *text, size_t bytes) {
    int saved = errno;
    ssize_t count = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        count = read(file, text, bytes - 1);
        close(file);
    }
    text[count < 0 ? 0 : count] = 0;
    errno = saved;
}

// The number that such a file holds; 0 where there is none.
static size_t read_number(const char *path) {
    char text[32];
    read_text(path, text, sizeof text);
    size_t number = 0;
    for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (size_t)(*digit - '0');
    return number;
}

size_t pageheap_huge_page_bytes(void) { return read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"); }

bool pageheap_huge_pages_come_unasked(void) {
    char text[64];
    read_text("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    return strstr(text, "[always]") != NULL;
}

size_t pageheap_largest_request_bytes(void) {
    if (read_number("/proc/sys/vm/overcommit_memory") == 1) return SIZE_MAX;
    struct sysinfo machine;
    return sysinfo(&machine) == 0 ? (machine.totalram + machine.totalswap) * machine.mem_unit : SIZE_MAX;
}
#endif
