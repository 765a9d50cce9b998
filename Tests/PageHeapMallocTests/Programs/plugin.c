// A library for dlopen: allocates in its constructor, hands blocks out, and frees in its destructor.
#include <stdlib.h>
#include <string.h>

static char *made;
static _Thread_local char *of_thread;

__attribute__((constructor)) static void construct(void) { made = strdup("constructed"); }
__attribute__((destructor)) static void destruct(void) { free(made); }

char *plugin_block(size_t bytes) {
    free(of_thread);
    of_thread = NULL;
    if (bytes != 0) of_thread = calloc(1, bytes);
    return bytes != 0 ? of_thread : made;
}

// Frees a block of the caller, and returns one that the caller frees.
char *plugin_exchange(char *given) {
    free(given);
    return strdup("of the plugin");
}
