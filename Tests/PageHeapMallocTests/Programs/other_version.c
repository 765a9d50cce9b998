// Stands for a libpageheapmalloc.so whose interface has changed.
#include <stdint.h>

uint32_t pageheap_version(void) { return UINT32_C(99) << 16 | 3; }
