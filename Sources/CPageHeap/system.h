// What the files of this target have in common, and what each system provides for the others.
#ifndef PAGEHEAP_SYSTEM_H
#define PAGEHEAP_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

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

// Takes the blocks of an empty file's first bytes, and makes it that long.
bool pageheap_take_blocks(int file, size_t bytes);

#endif
