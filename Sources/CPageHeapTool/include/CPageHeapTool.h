// What the command needs of C. The module is this header: if it were the folder, compilers would go on to use a module from
// before a header was added.
#ifndef CPAGEHEAPTOOL_H
#define CPAGEHEAPTOOL_H

#include "place_inside.h"
#include "present_pages.h"
#include "taken_terminal.h"
#include "terminal_pair.h"

#endif
