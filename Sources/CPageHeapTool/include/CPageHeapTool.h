// What the command needs of C. This header is the module: were the folder the module, compilers would go on to use it from
// their caches after a header was added.
#ifndef CPAGEHEAPTOOL_H
#define CPAGEHEAPTOOL_H

#include "place_inside.h"
#include "present_pages.h"
#include "taken_terminal.h"
#include "terminal_pair.h"

#endif
