#include <math.h>

// Swift's overlay of the C library refers to hypotf, of which glibc 2.35 has a version of its own: for a function that the command
// never calls, it would not start with glibc 2.34. Shared libraries do not see this one.
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)__builtin_sqrt((double)x * x + (double)y * y);
}
