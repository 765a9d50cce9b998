// The C part of libpageheapmalloc.so: registration with libc, and entry points that check their arguments and call Swift.
#ifndef CPAGEHEAPMALLOC_H
#define CPAGEHEAPMALLOC_H

void pageheap_register_fork_handlers(void);
void pageheap_set_out_of_memory(void);

#endif
