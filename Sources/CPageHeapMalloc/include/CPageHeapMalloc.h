// The C part of libpageheapmalloc.so: registration with libc, and entry points that check their arguments and call Swift.
#ifndef CPAGEHEAPMALLOC_H
#define CPAGEHEAPMALLOC_H

#include <stdbool.h>
#include <stdint.h>

void pageheap_register_fork_handlers(void);
void pageheap_set_out_of_memory(void);

// ---- The statistics page ---------------------------------------------------------------------------------------------

struct pageheap_statistics_page;

// The file of this process's page stays when the process ends, and this process removes none.
void pageheap_keep_statistics_file(void);
// Creates this process's page in a folder (statistics_file.c). Returns NULL on failure, and says in *PROBLEM, if there is one, what is
// wrong. May remove pages of ended processes.
struct pageheap_statistics_page *_Nullable pageheap_publish_in(const char *_Nonnull directory, bool allows_control,
                                                               const char *_Nonnull *_Nullable problem);

// ---- Sampled allocations ---------------------------------------------------------------------------------------------

// The probes for tracers (probes.c).
void pageheap_probe_allocated(uintptr_t block, uint64_t bytes, uint64_t weighted_bytes);
void pageheap_probe_freed(uintptr_t block);

// Writes the return addresses of the calls that led here, the innermost first. Returns their number, at most `count`.
int32_t pageheap_unwind(uintptr_t *_Nonnull frames, int32_t count);

// Reports accesses that fault in memory that hardening level 2 guards (faults.c), from now on.
void pageheap_watch_faults(void);
bool pageheap_watches_faults(void);

// Writes where an address of code lies, as "file+offset" that fits `size` bytes; nothing if that is not known. Returns false
// if it lies in this library.
bool pageheap_describe_place(uintptr_t address, char *_Nonnull text, uintptr_t size);

// Says in which folder profiles are written; copies the path. Returns false if it is too long.
bool pageheap_profile_to(const char *_Nonnull path);
bool pageheap_profile_is_wanted(void);
// Prepares for call stacks. To be called by the library's constructor, without a lock.
void pageheap_prepare_call_stacks(void);

// Creates a profile's file. Returns the number in its name, plus 1; 0 if that fails, or one is being written. Otherwise the
// caller appends to it, and closes it, which adds what is needed to make names of addresses, and returns false if it could not
// be written in full. The worker may call these.
uint64_t pageheap_profile_open(void);
void pageheap_profile_append(const void *_Nonnull bytes, uintptr_t count);
bool pageheap_profile_close(void);

#endif
