#ifdef __linux__
// Linux: the environment, and room in a file.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "CPageHeap.h"
#include "system.h"

const char **pageheap_environment(void) { return getauxval(AT_SECURE) ? NULL : (const char **)environ; }

bool pageheap_take_blocks(int file, size_t bytes) { return posix_fallocate(file, 0, (off_t)bytes) == 0; }
#endif
