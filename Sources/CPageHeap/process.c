// Aborting the process, and finding functions by name.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "CPageHeap.h"
#include "system.h"

// A crash reporter's handler may allocate, so this thread no longer waits for any heap lock, including those it holds.
_Noreturn void pageheap_abort(void) {
    pageheap_slot.passes_locks = PAGEHEAP_PASSES_TO_STOP;
    pageheap_stop_from_bare_thread();
    abort();
}

void *pageheap_find_function(const char *name) { return dlsym(RTLD_DEFAULT, name); }
