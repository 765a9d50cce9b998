// Accesses that fault in memory that hardening level 2 guards: the handler of the signal, and where a call is in the program.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPageHeapMalloc.h"

void pageheap_report_fault(uintptr_t address);

static bool watches;
static struct sigaction before;

// Reports, and leaves the rest to who handled the signal before: the access is repeated when this returns, and without a
// handler the program ends as it would have.
static void on_fault(int number, siginfo_t *information, void *context) {
    (void)context;
    int saved = errno;
    bool is_fault = information->si_code > 0;
    if (is_fault) pageheap_report_fault((uintptr_t)information->si_addr);
    sigaction(number, &before, NULL);
    // A signal that a program sent does not come again by itself.
    if (!is_fault) syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number);
    errno = saved;
}

void pageheap_watch_faults(void) {
    int saved = errno;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    // On the alternate stack, if the thread has one: the fault may be the end of its stack.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    watches = sigaction(SIGSEGV, &action, &before) == 0;
    errno = saved;
}

bool pageheap_watches_faults(void) { return watches; }

// ---- Where a call is -------------------------------------------------------------------------------------------------

// A mapping of a file: what a line of /proc/self/maps says.
struct mapping {
    uintptr_t start, end;
    char path[256];  // cut if longer; empty if there is none
};

static uintptr_t take_hexadecimal(const char **text) {
    uintptr_t number = 0;
    for (;; ++*text) {
        char digit = **text;
        if (digit >= '0' && digit <= '9')
            number = number * 16 + (uintptr_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            number = number * 16 + (uintptr_t)(digit - 'a' + 10);
        else
            return number;
    }
}

static void parse(const char *line, struct mapping *mapping) {
    const char *next = line;
    mapping->start = take_hexadecimal(&next);
    if (*next == '-') ++next;
    mapping->end = take_hexadecimal(&next);
    const char *path = strchr(next, '/');
    mapping->path[0] = 0;
    if (path != NULL) {
        strncpy(mapping->path, path, sizeof mapping->path - 1);
        mapping->path[sizeof mapping->path - 1] = 0;
    }
}

// Finds the mapping that holds an address, and where the first mapping of the same file begins. System calls are raw, and
// nothing is allocated: this runs in a signal handler.
static bool find(uintptr_t address, struct mapping *found, uintptr_t *base) {
    long maps = syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
    if (maps < 0) return false;
    char line[512], text[1024];
    size_t length = 0;
    struct mapping mapping, first = {0};
    bool is_found = false;
    for (;;) {
        long count = syscall(SYS_read, maps, text, sizeof text);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 || is_found) break;
        for (long index = 0; index < count && !is_found; index++) {
            if (text[index] != '\n') {
                if (length < sizeof line - 1) line[length++] = text[index];
                continue;
            }
            line[length] = 0;
            length = 0;
            parse(line, &mapping);
            if (strcmp(mapping.path, first.path) != 0) first = mapping;
            is_found = address >= mapping.start && address < mapping.end;
        }
    }
    syscall(SYS_close, maps);
    *found = mapping;
    *base = first.start;
    return is_found;
}

static char *append(char *next, const char *end, const char *text) {
    while (*text != 0 && next < end) *next++ = *text++;
    return next;
}

bool pageheap_describe_place(uintptr_t address, char *text, uintptr_t size) {
    struct mapping mapping;
    uintptr_t base;
    text[0] = 0;
    int saved = errno;
    bool is_found = find(address, &mapping, &base);
    errno = saved;
    if (!is_found || mapping.path[0] == 0) return true;
#ifndef PAGEHEAP_STATIC
    uintptr_t own = (uintptr_t)&pageheap_describe_place;
    if (own >= mapping.start && own < mapping.end) return false;
#endif
    // As tools that name lines of source expect it: relative to the file's beginning, unless it can only be loaded at one place.
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)base;
    uintptr_t offset = header->e_type == ET_EXEC ? address : address - base;
    const char *end = text + size - 1;
    char digits[2 * sizeof offset + 1];
    int digit = sizeof digits - 1;
    digits[digit] = 0;
    do {
        digits[--digit] = "0123456789abcdef"[offset % 16];
        offset /= 16;
    } while (offset != 0);
    char *next = append(text, end, mapping.path);
    next = append(next, end, "+0x");
    next = append(next, end, digits + digit);
    *next = 0;
    return true;
}
