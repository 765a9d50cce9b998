// C that belongs to libpageheapmalloc.so alone: what registers with libc, and the entry points that only check their
// arguments before they call Swift.
#ifndef CPAGEHEAPMALLOC_H
#define CPAGEHEAPMALLOC_H

void pageheap_register_fork_handlers(void);
void pageheap_set_out_of_memory(void);

#endif
