// A generated corpus of wrong uses of blocks, each in a process of its own that has used its heap rightly before: caught as
// the hardening level promises, and right uses never taken for wrong ones.
// Usage: wrong_uses LEVEL FIRST COUNT     LEVEL: the hardening level, or "guarded" for level 2 with every block guarded
//        FIRST: the seed of the first case, COUNT: the number of cases
#include "check.h"
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

// What a level promises for a kind of wrong use.
enum promise {
    GOES_ON,  // the use is right: the program goes on, and nothing is printed
    MAYBE,    // nothing is promised
    LATER,    // the program is stopped then or later
    AT_ONCE,  // the program is stopped by the call or the access
};

enum level { LEVEL_0, LEVEL_1, LEVEL_2, GUARDED };

// The largest size of a small block.
enum { LARGEST_SMALL = 65536 };

enum { LIVE = 40 };
static unsigned char *live[LIVE];
static size_t sizes[LIVE];

static uint64_t random_state;
static uint64_t up_to(uint64_t limit) { return next_random(&random_state) % limit; }
static uint64_t between(uint64_t low, uint64_t high) { return low + up_to(high - low + 1); }

// Where the child says that it has survived the wrong use.
static volatile bool *survived;

static void *hide(void *pointer) {
    __asm__ volatile("" : "+r"(pointer));
    return pointer;
}

static unsigned char *block_of(size_t size) {
    unsigned char *block = malloc(size);
    CHECK(block != NULL && ((uintptr_t)block & 15) == 0 && malloc_usable_size(block) >= size);
    memset(block, 0x5a, size);
    return block;
}

static void replace(int place) {
    if (live[place] != NULL) {
        for (size_t i = 0; i < sizes[place]; i++) CHECK(live[place][i] == 0x5a);
        free(live[place]);
    }
    sizes[place] = between(1, up_to(8) == 0 ? 70000 : 600);
    live[place] = block_of(sizes[place]);
}

static void free_all(void) {
    for (int i = 0; i < LIVE; i++) {
        free(live[i]);
        live[i] = NULL;
    }
}

// A size of a small block of more than 16 bytes, so that there is an inside.
static size_t small_size(void) { return between(17, up_to(4) == 0 ? LARGEST_SMALL : 1024); }
static size_t large_size(void) { return between(LARGEST_SMALL + 1, 1 << 20); }

// ---- The kinds -------------------------------------------------------------------------------------------------------

static void right_use(void) {
    for (int i = 0; i < 200; i++) replace((int)up_to(LIVE));
    unsigned char *grown = block_of(100);
    for (int i = 0; i < 20; i++) {
        size_t wanted = between(1, 300000);
        grown = realloc(grown, wanted);
        CHECK(grown != NULL);
        memset(grown, 1, wanted);
    }
    free(grown);
    size_t size = large_size();
    unsigned char *zeroed = calloc(1, size);
    for (size_t i = 0; i < size; i += 512) CHECK(zeroed[i] == 0);
    free(zeroed);
    void *aligned = aligned_alloc(4096, 4096 * between(1, 20));
    CHECK(((uintptr_t)aligned & 4095) == 0);
    free(aligned);
}

static void free_twice_at_once(void) {
    unsigned char *block = block_of(small_size());
    free(block);
    free(hide(block));
}

static void free_twice_later(void) {
    unsigned char *block = block_of(small_size());
    free(block);
    free_all();
    free(hide(block));
}

static void free_inside_small(void) {
    size_t size = small_size();
    unsigned char *block = block_of(size);
    free(hide(block + between(1, (size - 1) / 16) * 16));
}

static void resize_inside_small(void) {
    size_t size = small_size();
    unsigned char *block = block_of(size);
    void *resized = realloc(hide(block + between(1, (size - 1) / 16) * 16), size * 3);
    (void)resized;
}

static void measure_inside_small(void) {
    size_t size = small_size();
    unsigned char *block = block_of(size);
    CHECK(malloc_usable_size(hide(block + between(1, (size - 1) / 16) * 16)) > 0);
}

static void measure_inside_large(void) {
    size_t size = large_size();
    unsigned char *block = block_of(size);
    CHECK(malloc_usable_size(hide(block + between(1, (size - 1) / 16) * 16)) > 0);
}

static void measure_freed(void) {
    unsigned char *block = block_of(up_to(2) ? small_size() : large_size());
    free(block);
    CHECK(malloc_usable_size(hide(block)) > 0);
}

static void free_misaligned(void) { free(hide(block_of(small_size()) + between(1, 15))); }

static void free_inside_large(void) {
    size_t size = large_size();
    free(hide(block_of(size) + between(1, (size - 1) / 16) * 16));
}

static void free_large_twice(void) {
    unsigned char *block = block_of(large_size());
    free(block);
    free(hide(block));
}

static void *foreign_pointer(void) {
    static unsigned char bytes[64] __attribute__((aligned(16)));
    switch (up_to(3)) {
    case 0: return bytes;
    case 1: return mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    default: return (void *)(uintptr_t)(between(1, 1 << 20) * 16);
    }
}

static void free_foreign(void) { free(hide(foreign_pointer())); }
static void resize_foreign(void) { CHECK(realloc(hide(foreign_pointer()), 100) == NULL); }
static void measure_foreign(void) { CHECK(malloc_usable_size(hide(foreign_pointer())) == 0); }

static pthread_barrier_t both;

static void *free_with_the_other(void *block) {
    pthread_barrier_wait(&both);
    free(block);
    return NULL;
}

static void free_in_two_threads(void) {
    unsigned char *block = block_of(small_size());
    pthread_t thread;
    CHECK(pthread_barrier_init(&both, NULL, 2) == 0);
    CHECK(pthread_create(&thread, NULL, free_with_the_other, block) == 0);
    free_with_the_other(hide(block));
    CHECK(pthread_join(thread, NULL) == 0);
}

// The size of the block that was last written to wrongly, for what is done after that.
static size_t written_size;

static void write_after_free(size_t size) {
    unsigned char *block = block_of(size);
    written_size = size;
    free(block);
    block = hide(block);
    block[up_to(size)] ^= 0x11;
}

static void write_after_free_of_small(void) { write_after_free(small_size()); }
static void write_after_free_of_large(void) { write_after_free(large_size()); }

// At most a page, which is what can be guarded.
static void write_behind_small(void) {
    unsigned char *block = block_of(between(1, 4096));
    unsigned char *end = hide(block + malloc_usable_size(block));
    end[up_to(16)] = 1;
    free(block);
}

static void write_behind_large(void) {
    unsigned char *block = block_of(large_size());
    unsigned char *end = hide(block + malloc_usable_size(block));
    end[up_to(4096)] = 1;
}

static const struct kind {
    const char *name;
    void (*use)(void);
    enum promise promises[4];
    const char *text;  // what the message begins with behind "pageheap: "
} kinds[] = {
    {"right use", right_use, {GOES_ON, GOES_ON, GOES_ON, GOES_ON}, ""},
    {"small freed twice at once", free_twice_at_once, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "double free: "},
    {"small freed twice later", free_twice_later, {LATER, AT_ONCE, AT_ONCE, AT_ONCE}, ""},
    {"free inside a small block", free_inside_small, {LATER, AT_ONCE, AT_ONCE, AT_ONCE}, "free of a pointer into the middle of a block: "},
    {"realloc inside a small block", resize_inside_small, {MAYBE, AT_ONCE, AT_ONCE, AT_ONCE}, "realloc of a pointer into the middle of a block: "},
    {"misaligned free", free_misaligned, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "free of a pointer "},
    {"free inside a large block", free_inside_large, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "free of a pointer into the middle of a large block: "},
    {"large freed twice", free_large_twice, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, ""},
    {"foreign free", free_foreign, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "free of a pointer that is not from this heap"},
    {"foreign realloc", resize_foreign, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "realloc of a pointer that is not from this heap"},
    {"foreign size", measure_foreign, {AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE}, "malloc_usable_size of a pointer that is not from this heap"},
    {"size inside a small block", measure_inside_small, {MAYBE, AT_ONCE, AT_ONCE, AT_ONCE}, "malloc_usable_size of a pointer into the middle of a block: "},
    {"size inside a large block", measure_inside_large, {MAYBE, AT_ONCE, AT_ONCE, AT_ONCE}, "malloc_usable_size of a pointer into the middle of a large block: "},
    {"size of a freed block", measure_freed, {MAYBE, AT_ONCE, AT_ONCE, AT_ONCE}, ""},
    {"small freed by two threads at once", free_in_two_threads, {MAYBE, MAYBE, AT_ONCE, AT_ONCE}, "double free: "},
    {"write to a freed small block", write_after_free_of_small, {MAYBE, MAYBE, LATER, LATER}, ""},
    {"write to a freed large block", write_after_free_of_large, {MAYBE, MAYBE, AT_ONCE, AT_ONCE}, "access after free: "},
    {"write behind a small block", write_behind_small, {MAYBE, MAYBE, MAYBE, LATER}, ""},
    {"write behind a large block", write_behind_large, {MAYBE, MAYBE, AT_ONCE, AT_ONCE}, "access out of bounds: "},
};

// ---- One case --------------------------------------------------------------------------------------------------------

// Uses the heap so that everything freed reaches its span, leaves the quarantine, and is handed out again.
static void go_on(enum level level) {
    free_all();
    malloc_trim(0);
    if (level < LEVEL_2 || written_size == 0 || written_size > LARGEST_SMALL) return;
    enum { MOST = 3000 };
    static void *blocks[MOST];
    int count = written_size <= 2048 ? MOST : 300;
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < count; i++) blocks[i] = malloc(written_size);
        for (int i = 0; i < count; i++) free(blocks[i]);
    }
}

static void run_child(const struct kind *kind, enum level level) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    alarm(60);
    for (int i = 0; i < LIVE; i++) replace(i);
    for (int i = (int)up_to(100); i > 0; i--) replace((int)up_to(LIVE));
    kind->use();
    *survived = true;
    go_on(level);
    _exit(0);
}

static bool is_caught(int status, const char *errors, const struct kind *kind) {
    bool is_stopped = WIFSIGNALED(status) && (WTERMSIG(status) == SIGABRT || WTERMSIG(status) == SIGSEGV);
    size_t length = strlen(kind->text);
    return is_stopped && strncmp(errors, "pageheap: ", 10) == 0 && strncmp(errors + 10, kind->text, length) == 0;
}

static bool is_kept(enum promise promise, int status, const char *errors, const struct kind *kind) {
    switch (promise) {
    case GOES_ON: return status == 0 && errors[0] == 0;
    case MAYBE: return !WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM;
    case LATER: return is_caught(status, errors, kind);
    default: return is_caught(status, errors, kind) && !*survived;
    }
}

// Returns whether the promise was kept.
static bool run_case(uint64_t number, enum level level) {
    random_state = number;
    const struct kind *kind = &kinds[up_to(sizeof kinds / sizeof *kinds)];
    int pipe_ends[2];
    CHECK(pipe(pipe_ends) == 0);
    *survived = false;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(pipe_ends[1], 2);
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        run_child(kind, level);
    }
    close(pipe_ends[1]);
    char errors[4096];
    size_t length = 0;
    ssize_t count;
    while (length < sizeof errors - 1 && (count = read(pipe_ends[0], errors + length, sizeof errors - 1 - length)) > 0)
        length += (size_t)count;
    errors[length] = 0;
    close(pipe_ends[0]);
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (is_kept(kind->promises[level], status, errors, kind)) return true;
    printf("seed %llu, level %d, %s: status %#x, %s: %s\n", (unsigned long long)number, level, kind->name, status,
           *survived ? "survived" : "stopped at once", errors);
    return false;
}

int main(int count, char **arguments) {
    CHECK(count == 4);
    enum level level = strcmp(arguments[1], "guarded") == 0 ? GUARDED : (enum level)atoi(arguments[1]);
    setenv("PAGEHEAP_HARDENING", level == GUARDED ? "2" : arguments[1], 1);
    if (level == GUARDED) setenv("PAGEHEAP_GUARD_INTERVAL", "1", 1);
    // The options are read when a program begins.
    if (getenv("WRONG_USES_BEGAN") == NULL) {
        setenv("WRONG_USES_BEGAN", "1", 1);
        execv("/proc/self/exe", arguments);
        CHECK(false);
    }
    survived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(survived != MAP_FAILED);
    uint64_t first = strtoull(arguments[2], NULL, 10);
    uint64_t cases = strtoull(arguments[3], NULL, 10);
    uint64_t broken = 0;
    for (uint64_t number = first; number < first + cases; number++) broken += !run_case(number, level);
    printf("%llu of %llu promises broken\n", (unsigned long long)broken, (unsigned long long)cases);
    return broken != 0;
}
