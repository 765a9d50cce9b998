// Limits of resources: memory is allocated until allocations fail. They must fail cleanly, and after everything has
// been freed the program can allocate again.
//
//   limits LIMIT BYTES before|during [THREADS]
//
// LIMIT is as in launch.c, or "mlockall" or "mlockall-onfault": all memory is locked. "before": the limit is there
// already. "during": it is set once the heap has been used; "+BYTES" are those beyond what the program has then.
#include "blocks.h"

#include <sys/mman.h>
#include <sys/resource.h>

enum { MOST_THREADS = 4, MOST_BLOCKS = 20000 };
static const size_t MOST_BYTES = (size_t)160 << 20;

struct filler {
    struct block blocks[MOST_BLOCKS];
    int count;
    size_t bytes[2];  // the first time, the second time
    uint64_t random;
};
static struct filler fillers[MOST_THREADS];
static int threads = 1;
static pthread_barrier_t together;

static size_t some_size(uint64_t *random) {
    uint64_t kind = below(random, 100);
    return 1 + below(random, kind < 70 ? 4096 : kind < 95 ? 65536 : 2 << 20);
}

// (glibc's own malloc leaves a refusing system call's error where it was.)
static bool is_clean(int error) { return error == ENOMEM || !with_library; }

static void fail_cleanly(struct block *block) {
    size_t impossible = (size_t)1 << 46;
    void *untouched = &impossible;
    errno = 0;
    CHECK(malloc(impossible) == NULL && is_clean(errno));
    errno = 0;
    CHECK(calloc(impossible / 16, 16) == NULL && is_clean(errno));
    errno = 0;
    CHECK(realloc(block->bytes, impossible) == NULL && is_clean(errno));
    check_block(block);
    errno = 0;
    CHECK(aligned_alloc(4096, impossible) == NULL && is_clean(errno));
    CHECK(posix_memalign(&untouched, 4096, impossible) == ENOMEM && untouched == &impossible);
}

static void fill(struct filler *filler, int time) {
    int refusals = 0;
    filler->count = 0;
    for (size_t bytes = 0; refusals < 20 && filler->count < MOST_BLOCKS && bytes < MOST_BYTES / (size_t)threads;) {
        struct block *block = &filler->blocks[filler->count];
        // If a large block is refused, a small one may still be there.
        size_t size = refusals > 10 ? 100 : some_size(&filler->random);
        if (make_block_of(block, (uintptr_t)filler, size, &filler->random)) {
            filler->count++;
            bytes += size;
            filler->bytes[time] = bytes;
        } else {
            refusals++;
        }
    }
    for (int i = 0; i < filler->count; i += 7) resize_block(&filler->blocks[i], some_size(&filler->random));
    if (filler->count > 0) fail_cleanly(&filler->blocks[filler->count / 2]);
    for (int i = 0; i < filler->count; i++) check_block(&filler->blocks[i]);
    pthread_barrier_wait(&together);  // all have what they could get
    for (int i = 0; i < filler->count; i++) free_block(&filler->blocks[i]);
    pthread_barrier_wait(&together);
}

static void *run_thread(void *argument) {
    struct filler *filler = argument;
    fill(filler, 0);
    if (filler == fillers) malloc_trim(0);
    pthread_barrier_wait(&together);
    fill(filler, 1);
    return NULL;
}

// The size of the address space, or of data and stack, from /proc/self/statm, in bytes.
static size_t own_bytes(bool data) {
    unsigned long f[6] = {0};
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    int found = fscanf(file, "%lu %lu %lu %lu %lu %lu", &f[0], &f[1], &f[2], &f[3], &f[4], &f[5]);
    fclose(file);
    return found == 6 ? f[data ? 5 : 0] * 4096 : 0;
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    const char *name = arguments[1];
    bool data = strcmp(name, "data") == 0, bounds_memory = data || strcmp(name, "as") == 0;
    bool relative = arguments[2][0] == '+';
    bool locks = strncmp(name, "mlockall", 8) == 0, during = strcmp(arguments[3], "during") == 0;
    size_t bytes = strtoull(arguments[2], NULL, 10);
    if (count > 4) threads = atoi(arguments[4]);
    static const struct { const char *name; int number; } limits[] = {
        {"as", RLIMIT_AS}, {"data", RLIMIT_DATA}, {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK},
        {"memlock", RLIMIT_MEMLOCK}, {"nofile", RLIMIT_NOFILE}, {"fsize", RLIMIT_FSIZE}};

    uint64_t random = torture_seed();
    atomic_store(&failures_are_allowed, true);
    if (during) {
        work_some(next_random(&random), 2000);
        grow_and_drop(32);
        malloc_trim(0);
    }
    // libc's own allocations for files and threads would be refused, too: they come first.
    size_t own = own_bytes(data);
    CHECK(pthread_barrier_init(&together, NULL, (unsigned)threads) == 0);
    for (size_t i = 0; during && i < sizeof limits / sizeof *limits; i++) {
        rlim_t limit = relative ? own + bytes : bytes;
        if (strcmp(limits[i].name, name) == 0) CHECK(setrlimit(limits[i].number, &(struct rlimit){limit, limit}) == 0);
    }
    int how = strcmp(name, "mlockall-onfault") == 0 ? MCL_ONFAULT : 0;
    if (locks) CHECK(mlockall(MCL_CURRENT | MCL_FUTURE | how) == 0);

    pthread_attr_t attributes;
    pthread_t others[MOST_THREADS];
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
    for (int i = 0; i < threads; i++) fillers[i].random = next_random(&random);
    int started = 1;
    while (started < threads && pthread_create(&others[started], &attributes, run_thread, &fillers[started]) == 0)
        started++;
    if (started < threads && started > 1) {
        // If there are fewer threads than wanted, these would wait for the others for ever.
        say("skipped: only %d of %d threads", started, threads);
        _exit(0);
    }
    if (started < threads) {
        threads = 1;
        CHECK(pthread_barrier_init(&together, NULL, 1) == 0);
    }
    run_thread(&fillers[0]);
    for (int i = 1; i < started; i++) CHECK(pthread_join(others[i], NULL) == 0);

    size_t first = 0, second = 0, room = relative ? bytes : bytes > own ? bytes - own : 0;
    for (int i = 0; i < threads; i++) first += fillers[i].bytes[0], second += fillers[i].bytes[1];
    say("%zu KiB, then %zu KiB, %ld refusals", first >> 10, second >> 10, atomic_load(&failures));
    // If the limit is below what the program has, nothing can be promised; nor how threads share the rest.
    bool no_room = bounds_memory && room == 0;
    if (!no_room && !locks) CHECK(second >= first / 2);
    if (!bounds_memory && !locks) CHECK(first >= MOST_BYTES - (4 << 20));
    if (bounds_memory && threads == 1 && room >= (size_t)32 << 20)
        CHECK(first >= (room < MOST_BYTES ? room : MOST_BYTES) / 2);
    struct block block;
    atomic_store(&failures_are_allowed, false);
    for (int i = 0; i < 100 && first > (100 << 10); i++) {
        CHECK(make_block_of(&block, 1, 1000, &random));
        free_block(&block);
    }
    _exit(0);
}
