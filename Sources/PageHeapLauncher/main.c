// Executes one program for `pageheap`, in a process that never was a copy of the tool.
//
// The kernel's mark of a process's largest resident memory outlives an exec: it begins with what the process had before. A
// child of the tool would begin with the tool's 15 MiB. A child of this program begins with one, so that the mark means
// something for small programs, too. It is written in C because a runtime would be most of that MiB.
//
// This program forks, and ends. The tool adopts the child, which waits for that before it executes the program: so the
// program has the tool for a parent from its first instruction, as if the tool had started it.
//
// pageheap-launcher PIPE SIGNALS IGNORED PROGRAM NAME ARGUMENT…
//   PIPE     the descriptor that reports are written to
//   SIGNALS  the signals that the program starts with blocked: hexadecimal, bit 0 for signal 1
//   IGNORED  those of SIGCHLD, 32 and 33 that it starts with ignored, in the same form
//   NAME     the program's own name, its argument 0
// Each variable of the environment has a character before its name, which is taken away for the program: the variables, such
// as LD_PRELOAD, must not apply to this program.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch_report.h"

static int64_t resident_mark_kibibytes(void) {
    static char text[4096];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[length > 0 ? length : 0] = 0;
    const char *line = strstr(text, "VmHWM:");
    return line != NULL ? strtoll(line + strlen("VmHWM:"), NULL, 10) : 0;
}

static void report(int pipe, int error) {
    struct pageheap_launch_report report = {
        .process_identifier = getpid(), .error = error, .resident_kibibytes = resident_mark_kibibytes()};
    // Shorter than what a pipe takes at once. If the tool is gone, nobody needs to be told.
    while (write(pipe, &report, sizeof report) < 0 && errno == EINTR) {}
}

static void block_signals(const char *text) {
    unsigned long long bits = strtoull(text, NULL, 16);
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal = 1; signal <= 64; signal++)
        if (bits >> (signal - 1) & 1) sigaddset(&signals, signal);
    sigprocmask(SIG_SETMASK, &signals, NULL);
}

// The tool must not ignore SIGCHLD. The C library ignores its own two signals in the programs that it starts, and changes them for
// nobody, so the kernel is asked.
static void ignore_signals(const char *text) {
    unsigned long long bits = strtoull(text, NULL, 16);
    int signals[] = {SIGCHLD, 32, 33};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        // The beginning is the handler in each of the kernel's forms; the rest is zero.
        uintptr_t action[8] = {(uintptr_t)(bits >> (signals[i] - 1) & 1 ? SIG_IGN : SIG_DFL)};
        syscall(SYS_rt_sigaction, signals[i], action, NULL, (size_t)8);
    }
}

// Waits until the parent, which alone has the other end of a pipe open, has ended, and the tool has adopted this process. The
// kernel closes files of a process that ends first, and gives its children away a moment later.
static void wait_for_adoption(pid_t parent, const int ends[2]) {
    char none;
    close(ends[1]);
    while (read(ends[0], &none, 1) < 0 && errno == EINTR) {}
    close(ends[0]);
    while (getppid() == parent) sched_yield();
}

static char **program_environment(void) {
    for (char **each = environ; *each != NULL; each++)
        if (**each != 0) ++*each;
    return environ;
}

int main(int count, char **arguments) {
    static const char usage[] = "pageheap-launcher is a part of pageheap; see 'pageheap run --help'\n";
    if (count < 6) return write(STDERR_FILENO, usage, sizeof usage - 1) > 0 ? 64 : 74;
    int pipe_to_tool = atoi(arguments[1]), parent[2];
    fcntl(pipe_to_tool, F_SETFD, FD_CLOEXEC);
    pid_t launcher = getpid(), child = pipe(parent) == 0 ? fork() : -1;
    if (child < 0) report(pipe_to_tool, errno);
    if (child != 0) return 0;

    wait_for_adoption(launcher, parent);
    report(pipe_to_tool, 0);
    block_signals(arguments[2]);
    ignore_signals(arguments[3]);
    execve(arguments[4], arguments + 5, program_environment());
    report(pipe_to_tool, errno);
    _exit(127);
}
