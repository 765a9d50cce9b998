// C++'s operators: those of the library, or with REPLACED, of the program itself.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            std::_Exit(1);                                                             \
        }                                                                              \
    } while (0)

static int news, deletes;

#ifdef REPLACED
void *operator new(std::size_t bytes) {
    news++;
    if (bytes > SIZE_MAX / 4) throw std::bad_alloc();
    return std::malloc(bytes);
}
void operator delete(void *pointer) noexcept {
    deletes++;
    std::free(pointer);
}
#endif

// More than any address space has. Volatile: a compiler may leave out what it can foresee.
static volatile std::size_t too_much = SIZE_MAX / 2;
static const std::align_val_t wide{4096};

static bool is_aligned(void *pointer) { return reinterpret_cast<std::uintptr_t>(pointer) % 4096 == 0; }

static void use_all_forms() {
    for (std::size_t bytes = 0; bytes < 100000; bytes = bytes * 3 + 1) {
        void *blocks[] = {
            ::operator new(bytes), ::operator new[](bytes), ::operator new(bytes, std::nothrow),
            ::operator new[](bytes, std::nothrow), ::operator new(bytes), ::operator new[](bytes)};
        for (void *block : blocks) {
            CHECK(block != nullptr);
            std::memset(block, 1, bytes);
        }
        ::operator delete(blocks[0]);
        ::operator delete[](blocks[1]);
        ::operator delete(blocks[2], std::nothrow);
        ::operator delete[](blocks[3], std::nothrow);
        ::operator delete(blocks[4], bytes);
        ::operator delete[](blocks[5], bytes);
        void *wides[] = {
            ::operator new(bytes, wide), ::operator new[](bytes, wide), ::operator new(bytes, wide, std::nothrow),
            ::operator new[](bytes, wide, std::nothrow), ::operator new(bytes, wide), ::operator new[](bytes, wide)};
        for (void *block : wides) {
            CHECK(block != nullptr && is_aligned(block));
            std::memset(block, 1, bytes);
        }
        ::operator delete(wides[0], wide);
        ::operator delete[](wides[1], wide);
        ::operator delete(wides[2], wide, std::nothrow);
        ::operator delete[](wides[3], wide, std::nothrow);
        ::operator delete(wides[4], bytes, wide);
        ::operator delete[](wides[5], bytes, wide);
    }
    ::operator delete(nullptr);
    ::operator delete[](nullptr, std::size_t{8});
}

template <class Body> static bool throws(Body body) {
    try {
        body();
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

static void run_out() {
    CHECK(throws([] { ::operator delete(::operator new(too_much)); }));
    CHECK(throws([] { ::operator delete[](::operator new[](too_much)); }));
    CHECK(throws([] { ::operator delete(::operator new(too_much, wide), wide); }));
    CHECK(throws([] { ::operator delete[](::operator new[](too_much, wide), wide); }));
    CHECK(::operator new(too_much, std::nothrow) == nullptr);
    CHECK(::operator new[](too_much, std::nothrow) == nullptr);
    CHECK(::operator new(too_much, wide, std::nothrow) == nullptr);
    CHECK(::operator new[](too_much, wide, std::nothrow) == nullptr);
}

static int calls;
static void third_time_lucky() {
    if (++calls == 3) std::set_new_handler(nullptr);
}

static void call_the_handler() {
    std::set_new_handler(third_time_lucky);
    CHECK(throws([] { ::operator delete(::operator new(too_much)); }) && calls == 3);
}

int main(int, char **arguments) {
#ifdef REPLACED
    use_all_forms();
    run_out();
    // Each plain form and its array, with a size or without, and not throwing; those with an alignment are not replaced.
    CHECK(news >= 6 * 10 && deletes >= 6 * 10);
#else
    Dl_info library;
    void *(*plain)(std::size_t) = ::operator new;
    CHECK(dladdr(reinterpret_cast<void *>(plain), &library) != 0);
    CHECK(std::strstr(library.dli_fname, "libpageheapmalloc") != nullptr);
    if (std::strcmp(arguments[1], "forms") == 0) use_all_forms();
    if (std::strcmp(arguments[1], "failures") == 0) run_out();
    if (std::strcmp(arguments[1], "handler") == 0) call_the_handler();
#endif
    return 0;
}
