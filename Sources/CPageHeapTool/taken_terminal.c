// In C because what a handler of such a signal calls must be async-signal-safe, and Swift's runtime does not promise to be.
#include "taken_terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
enum { COUNT = sizeof signals / sizeof *signals };

static struct sigaction before_us[COUNT];
static struct {
    int screen, keys;
    const char *text;
    struct termios mode;
} terminal;
// Released after what is above is written, and acquired before it is read.
static atomic_bool is_taken;

static void give_back(int number) {
    int saved = errno;
    if (atomic_exchange_explicit(&is_taken, false, memory_order_acq_rel)) {
        // Nothing can be done if the terminal is gone.
        if (write(terminal.screen, terminal.text, strlen(terminal.text)) >= 0 && terminal.keys >= 0)
            tcsetattr(terminal.keys, TCSANOW, &terminal.mode);
    }
    for (int i = 0; i < COUNT; i++)
        if (signals[i] == number) sigaction(number, &before_us[i], NULL);
    // Comes when this returns, and does what it would have done.
    raise(number);
    errno = saved;
}

void pageheap_take_terminal(int screen, const char *text, int keys, const struct termios *before) {
    terminal.screen = screen;
    terminal.text = text;
    terminal.keys = keys;
    terminal.mode = *before;
    atomic_store_explicit(&is_taken, true, memory_order_release);
    struct sigaction action = {.sa_handler = give_back};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < COUNT; i++) {
        struct sigaction old;
        if (sigaction(signals[i], &action, &old) == 0 && old.sa_handler != give_back) before_us[i] = old;
    }
}

void pageheap_leave_terminal(void) { atomic_store_explicit(&is_taken, false, memory_order_release); }
