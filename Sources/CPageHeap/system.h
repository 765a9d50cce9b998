// Declarations shared by the files of this target, with the functions that each operating system's file defines.
#ifndef PAGEHEAP_SYSTEM_H
#define PAGEHEAP_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CPageHeap.h"

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

// Creates a file, allocates blocks for its first `bytes` bytes, and maps them for reading and writing. On failure returns NULL and
// leaves no file; the error is EEXIST if there was one.
void *pageheap_map_new_file(const char *path, uintptr_t bytes, uintptr_t mapped_bytes,
                            struct pageheap_file_identity *identity, int *error);

// Which file the path leads to.
struct pageheap_file_identity pageheap_file_identity(const char *path);

// Reads the first bytes of a file that is no symbolic link. Returns false if it has fewer, or cannot be read.
bool pageheap_read_bytes(const char *path, void *bytes, uintptr_t count);

// Returns 0 if the process may write to the file, or an errno.
int pageheap_write_access(const char *path);

bool pageheap_remove_file(const char *path);

// The inode of the namespace of process identifiers that the process lives in; 0 if it is not known.
uint64_t pageheap_process_namespace(void);

// The fields of a statistics page before the figures. A thread's stack may be too small for a whole page.
struct pageheap_page_start {
    uint64_t magic;
    uint32_t version, size, process_identifier, sequence;
    uint64_t process_namespace;
};
// Whether it begins a page of this version, of a process in a namespace. False if the namespace is 0.
bool pageheap_page_is_of(const struct pageheap_page_start *page, uint32_t process, uint64_t namespace);

// Aborts the process if the calling thread is the bare one. Does without the C library's abort, which does not know that
// thread.
void pageheap_stop_from_bare_thread(void);

#ifdef __linux__
// Reads the beginning of a small file. Returns false, and an empty text, if the file cannot be opened.
bool pageheap_read_text(const char *path, char *text, uintptr_t bytes);

// Reads the number that such a file begins with. Returns `otherwise` if there is none.
uint64_t pageheap_read_number(const char *path, uint64_t otherwise);

// Parses the decimal number at the start of a text, up to its end, a space or the end of the line. Returns `otherwise` if
// there is none or it overflows.
uint64_t pageheap_parse_number(const char *text, uint64_t otherwise);

// Reads the number that follows a name at the start of a line, and spaces: the name includes the space or tabulator after
// it. Returns `otherwise` if there is no such line.
uint64_t pageheap_read_named_number(const char *path, const char *name, uint64_t otherwise);

// Keeps the quota that was read last, for pageheap_processor_hundredths.
void pageheap_note_processor_quota(uint32_t hundredths);
#endif

#endif
