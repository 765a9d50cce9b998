#define _GNU_SOURCE
#include "place_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

// As in <linux/openat2.h>, which older systems lack.
struct how {
    uint64_t flags, mode, resolve;
};
enum { RESOLVES_NO_MAGIC_LINKS = 0x02, RESOLVES_IN_ROOT = 0x10, ATTEMPTS = 10 };

static int open_inside(int root, const char *path) {
    const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    struct how how = {.flags = (uint64_t)flags, .resolve = RESOLVES_NO_MAGIC_LINKS | RESOLVES_IN_ROOT};
    long descriptor = -1;
    // The kernel gives up if a folder on the path is renamed meanwhile.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (descriptor >= 0 || errno != EAGAIN) break;
    }
    if (descriptor >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)descriptor;
    while (*path == '/') path++;
    return openat(root, path, flags);
}

int pageheap_place_inside(const char *root, const char *path) {
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    int descriptor = open_inside(folder, path);
    int error = errno;
    close(folder);
    errno = error;
    return descriptor;
}
