// Loads a library in C++, whose operator new fails. Only that library knows the C++ library.
#include "check.h"
#include <dlfcn.h>

int main(int count, char **arguments) {
    CHECK(count == 2 && dlsym(RTLD_DEFAULT, "__cxa_throw") == NULL);
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    int (*catches)(void) = (int (*)(void))dlsym(library, "catches_its_own");
    CHECK(catches != NULL && catches() == 1);
    return 0;
}
