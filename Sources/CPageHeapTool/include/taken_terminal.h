// A terminal that is to be given back even if the program crashes.
#ifndef PAGEHEAP_TAKEN_TERMINAL_H
#define PAGEHEAP_TAKEN_TERMINAL_H

#include <termios.h>

// From here on, a signal that ends the program because of a fault of its own first writes TEXT to SCREEN and, unless KEYS is -1,
// sets the mode of KEYS to BEFORE. TEXT is not copied. There is one such terminal at a time.
void pageheap_take_terminal(int screen, const char *_Nonnull text, int keys, const struct termios *_Nonnull before);

// The terminal has been given back.
void pageheap_leave_terminal(void);

#endif
