// What the files of this target have in common, and what each system provides for the others.
#ifndef PAGEHEAP_SYSTEM_H
#define PAGEHEAP_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The errno of a call that failed, leaving the caller's errno as it was.
#define ANSWER(call)                             \
    do {                                         \
        int saved = errno;                       \
        int answer = (call) == 0 ? 0 : errno;    \
        errno = saved;                           \
        return answer;                           \
    } while (0)

// Calls the thread that calls this by a name, which debuggers show.
void pageheap_name_this_thread(const char *name);

// An empty file of that path, with memory for its first bytes, mapped for reading and writing; null if that cannot be. The
// error is EEXIST if a file of that path is there.
void *pageheap_map_new_file(const char *path, uintptr_t bytes, int *error);

// Stops the process, if the calling thread is the bare one: without the C library, which does not know it.
void pageheap_stop_from_bare_thread(void);

#ifdef __linux__
// The beginning of a small file; empty, and false, if there is none.
bool pageheap_read_text(const char *path, char *text, uintptr_t bytes);

// The number that such a file begins with; `otherwise` if there is none.
uint64_t pageheap_read_number(const char *path, uint64_t otherwise);

// The quota of the process's control group in hundredths of a processor; UINT32_MAX if it has none.
uint32_t pageheap_processor_quota_now(void);
#endif

#endif
