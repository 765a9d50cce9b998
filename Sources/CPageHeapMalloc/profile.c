// Files with profiles of sampled allocations, and the call stacks for them. System calls are made raw: a profile may be
// written by the worker, of which the C library does not know.
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "CPageHeapMalloc.h"

bool pageheap_write_profile(void);

// ---- Call stacks -----------------------------------------------------------------------------------------------------

// Set once the C library has loaded what it unwinds with. Before that, stacks are empty. Relaxed: a late thread has an empty
// stack.
static bool can_unwind;

// The C library's unwinder goes by the tables that compilers write for exceptions, so programs without frame pointers have
// their stacks as well. When it is first called it loads a library, which allocates, and so it may not be first called by
// malloc: the constructor calls it. After that it takes no lock with glibc 2.35 and later; with an older one it takes the
// dynamic linker's, which no thread holds while it waits for a lock of the heap.
static void prepare_to_unwind(void) {
    void *frames[2];
    if (backtrace(frames, 2) > 0) __atomic_store_n(&can_unwind, true, __ATOMIC_RELAXED);
}

int32_t pageheap_unwind(uintptr_t *frames, int32_t count) {
    if (!__atomic_load_n(&can_unwind, __ATOMIC_RELAXED)) return 0;
    int saved = errno;
    int found = backtrace((void **)frames, count);
    errno = saved;
    return found;
}

// ---- The file --------------------------------------------------------------------------------------------------------

static char folder[4096];  // where profiles are written; empty if none are wanted
// Where standard error led when that was known. Later, the descriptor may be a file of the program's own.
static struct pageheap_file_identity standard_error;
static bool is_open;       // whether a profile is being written: one at a time
static long file;
static bool failed;
static uintptr_t buffered;
static char buffer[16384];

bool pageheap_profile_to(const char *path) {
    uintptr_t length = strlen(path);
    if (length >= sizeof folder - 64) return false;
    memcpy(folder, path, length + 1);
    standard_error = pageheap_descriptor_identity(STDERR_FILENO);
    return true;
}

bool pageheap_profile_is_wanted(void) { return folder[0] != 0; }

static void flush(void) {
    if (!failed) failed = !pageheap_write((int)file, buffer, buffered);
    buffered = 0;
}

void pageheap_profile_append(const void *bytes, uintptr_t count) {
    const char *next = bytes;
    while (count > 0) {
        if (buffered == sizeof buffer) flush();
        uintptr_t piece = sizeof buffer - buffered;
        if (piece > count) piece = count;
        memcpy(buffer + buffered, next, piece);
        buffered += piece;
        next += piece;
        count -= piece;
    }
}

// Writes a decimal number and returns what comes behind it. (snprintf asks for the thread's locale, and the worker has none.)
static char *append_decimal(char *text, uint64_t number) {
    if (number >= 10) text = append_decimal(text, number / 10);
    *text = (char)('0' + number % 10);
    return text + 1;
}

uint64_t pageheap_profile_open(void) {
    if (__atomic_exchange_n(&is_open, true, __ATOMIC_ACQUIRE)) return 0;
    int saved = errno;
    char path[sizeof folder + 64];
    uintptr_t length = strlen(folder);
    memcpy(path, folder, length);
    memcpy(path + length, "/profile.", 9);
    char *end = append_decimal(path + length + 9, (uint64_t)getpid());
    *end++ = '.';
    file = -1;
    uint64_t number = 0;
    // A process may write several, and exec keeps the process's identifier.
    while (file < 0 && number < 1000000) {
        *append_decimal(end, number++) = 0;
        file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0 && errno != EEXIST && errno != EINTR) break;
    }
    failed = false;
    buffered = 0;
    if (file < 0) number = 0;
    if (number == 0) __atomic_store_n(&is_open, false, __ATOMIC_RELEASE);
    errno = saved;
    return number;
}

static void append_text(const char *text) { pageheap_profile_append(text, strlen(text)); }

static void append_program(void) {
    char path[4096];
    long count = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof path);
    if (count <= 0 || memchr(path, '\n', (size_t)count) != NULL) return;
    append_text("program ");
    pageheap_profile_append(path, (uintptr_t)count);
    append_text("\n");
}

// What is mapped where, as the kernel says it, each line after a word.
static void append_mappings(void) {
    long maps = syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
    if (maps < 0) return;
    char text[4096];
    bool begins = true;
    for (;;) {
        long count = syscall(SYS_read, maps, text, sizeof text);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        for (long start = 0; start < count;) {
            if (begins) append_text("mapping ");
            const char *end = memchr(text + start, '\n', (size_t)(count - start));
            long next = end == NULL ? count : end - text + 1;
            pageheap_profile_append(text + start, (uintptr_t)(next - start));
            begins = end != NULL;
            start = next;
        }
    }
    syscall(SYS_close, maps);
}

bool pageheap_profile_close(void) {
    int saved = errno;
    append_program();
    append_mappings();
    append_text("end\n");
    flush();
    syscall(SYS_close, file);
    bool is_whole = !failed;
    errno = saved;
    __atomic_store_n(&is_open, false, __ATOMIC_RELEASE);
    return is_whole;
}

// ---- Beginning and end of the process --------------------------------------------------------------------------------

void pageheap_prepare_call_stacks(void) {
    if (pageheap_profile_is_wanted() || pageheap_watches_faults()) prepare_to_unwind();
}

// As when the disk is full, or the program gave up the right to write there.
static void report_missing_profile(void) {
    static const char text[] =
        "pageheap: this process could not write its profile in full to the folder of PAGEHEAP_PROFILE_DIRECTORY\n";
    if (!pageheap_is_same_file(pageheap_descriptor_identity(STDERR_FILENO), standard_error)) return;
    if (pageheap_error_takes_a_line()) pageheap_write(STDERR_FILENO, text, sizeof text - 1);
}

// Runs when the program returns from main or calls exit, after its own functions for that.
__attribute__((destructor)) static void write_at_exit(void) {
    if (!pageheap_profile_is_wanted()) return;
    int saved = errno;
    if (!pageheap_write_profile()) report_missing_profile();
    errno = saved;
}
