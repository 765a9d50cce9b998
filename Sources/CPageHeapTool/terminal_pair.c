// In C because the C library declares these functions only to programs that ask for its extensions.
#define _GNU_SOURCE

#include "terminal_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static int open_writer(int reader) {
    char name[64];
    struct termios mode;
    if (grantpt(reader) != 0 || unlockpt(reader) != 0) return -1;
    int error = ptsname_r(reader, name, sizeof name);
    if (error != 0) {
        errno = error;
        return -1;
    }
    int writer = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (writer >= 0 && tcgetattr(writer, &mode) == 0) {
        mode.c_oflag &= ~(tcflag_t)OPOST;
        tcsetattr(writer, TCSANOW, &mode);
    }
    return writer;
}

int pageheap_terminal_pair(int *reader, int *writer) {
    *reader = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*reader < 0) return -1;
    *writer = open_writer(*reader);
    if (*writer >= 0 && fcntl(*reader, F_SETFL, O_NONBLOCK) == 0) return 0;
    int error = errno;
    if (*writer >= 0) close(*writer);
    close(*reader);
    errno = error;
    return -1;
}
