// A library in C++ that programs in C load for themselves alone, and with it the C++ library.
#include <cstdint>
#include <new>

static volatile std::size_t too_much = SIZE_MAX / 2;

extern "C" int catches_its_own() {
    try {
        ::operator delete(::operator new(too_much));
    } catch (const std::bad_alloc &) {
        return 1;
    }
    return 0;
}
