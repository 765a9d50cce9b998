// C++'s operator new and delete, in pairs: those that the program finds, or the C++ library's own, which call malloc and free.
// Usage: operators found|library PAIRS       prints the CPU time per pair in nanoseconds, as JSON
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>

using allocate_function = void *(*)(std::size_t);
using free_function = void (*)(void *);

static double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    // Both through pointers, so that only what they call differs.
    void *where = RTLD_DEFAULT;
    if (std::strcmp(arguments[1], "library") == 0) {
        where = dlopen("libstdc++.so.6", RTLD_LAZY);
        if (where == nullptr) return 3;
    }
    auto allocate = reinterpret_cast<allocate_function>(dlsym(where, "_Znwm"));
    auto release = reinterpret_cast<free_function>(dlsym(where, "_ZdlPv"));
    if (allocate == nullptr || release == nullptr) return 3;
    const long pairs = std::atol(arguments[2]);
    // Sixty-four blocks at a time, of 16 to 272 bytes.
    void *blocks[64];
    const double start = cpu_seconds();
    for (long done = 0; done < pairs; done += 64) {
        for (int i = 0; i < 64; i++) {
            blocks[i] = allocate(16 + std::size_t(i) * 4);
            *static_cast<volatile char *>(blocks[i]) = 1;
        }
        for (int i = 0; i < 64; i++) release(blocks[i]);
    }
    std::printf("{\"nanoseconds\": %.3f}\n", (cpu_seconds() - start) * 1e9 / double(pairs));
    return 0;
}
