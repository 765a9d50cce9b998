// Declarations shared by the files of this target, with the functions that each operating system's file defines.
#ifndef PAGEHEAP_SYSTEM_H
#define PAGEHEAP_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Returns 0 or the errno of a call that failed, and leaves the caller's errno unchanged.
#define ANSWER(call)                             \
    do {                                         \
        int saved = errno;                       \
        int answer = (call) == 0 ? 0 : errno;    \
        errno = saved;                           \
        return answer;                           \
    } while (0)

// Names the calling thread, for debuggers.
void pageheap_name_this_thread(const char *name);

// Creates a file, allocates blocks for its first `bytes` bytes, and maps them for reading and writing. Returns NULL on
// failure; the error is EEXIST if the file exists.
void *pageheap_map_new_file(const char *path, uintptr_t bytes, int *error);

// Aborts the process if the calling thread is the bare one. Does without the C library's abort, which does not know that
// thread.
void pageheap_stop_from_bare_thread(void);

#ifdef __linux__
// Reads the beginning of a small file. Returns false, and an empty text, if the file cannot be opened.
bool pageheap_read_text(const char *path, char *text, uintptr_t bytes);

// Reads the number that such a file begins with. Returns `otherwise` if there is none.
uint64_t pageheap_read_number(const char *path, uint64_t otherwise);

// Reads the quota of the process's control group, in hundredths of a processor. Returns UINT32_MAX if it has none.
uint32_t pageheap_processor_quota_now(void);
#endif

#endif
