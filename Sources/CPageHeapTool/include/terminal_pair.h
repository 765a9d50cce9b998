// A terminal whose other end this program holds. For the user's terminal, see taken_terminal.h.
#ifndef PAGEHEAP_TERMINAL_PAIR_H
#define PAGEHEAP_TERMINAL_PAIR_H

// Opens a new terminal: READER, which does not block, gets the bytes that are written to WRITER, as they are. WRITER is open
// for writing alone. It becomes nobody's controlling terminal. Returns 0; or -1, and sets errno.
int pageheap_terminal_pair(int *_Nonnull reader, int *_Nonnull writer);

#endif
