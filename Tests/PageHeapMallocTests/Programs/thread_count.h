// The number of threads of the process, found out without an allocation, which might start the library's own.
#ifndef THREAD_COUNT_H
#define THREAD_COUNT_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline int thread_count(void) {
    char text[4096];
    int file = open("/proc/self/status", O_RDONLY);
    CHECK(file >= 0);
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    CHECK(length > 0);
    text[length] = 0;
    const char *found = strstr(text, "Threads:");
    CHECK(found != NULL);
    return atoi(found + strlen("Threads:"));
}

#endif
