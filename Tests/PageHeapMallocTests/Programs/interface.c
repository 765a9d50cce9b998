// The library's own C interface, pageheap.h, and the functions by which glibc's malloc reports on itself.
#define _GNU_SOURCE
#include "check.h"
#include "pageheap.h"
#include <malloc.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#pragma weak pageheap_version
#pragma weak pageheap_version_string
#pragma weak pageheap_is_process_malloc
#pragma weak pageheap_statistics
#pragma weak pageheap_thread_caches
#pragma weak pageheap_resident_bytes
#pragma weak pageheap_release
#pragma weak pageheap_get_memory_limit
#pragma weak pageheap_set_memory_limit
#pragma weak pageheap_set_scavenge_trace

static struct pageheap_statistics snapshot(void) {
    struct pageheap_statistics all = {.size = sizeof all};
    CHECK(pageheap_statistics(&all) == 0);
    CHECK(all.size == sizeof all);
    CHECK(all.system_bytes == all.in_use_bytes + all.cached_bytes + all.free_retained_bytes + all.released_bytes +
                                  all.released_in_use_bytes);
    CHECK(all.live_bytes <= all.in_use_bytes + all.released_in_use_bytes);
    return all;
}

static struct pageheap_thread_caches caches(void) {
    struct pageheap_thread_caches all = {.size = sizeof all};
    CHECK(pageheap_thread_caches(&all) == 0);
    CHECK(all.size == sizeof all);
    return all;
}

static void version(void) {
    CHECK(pageheap_version() == PAGEHEAP_VERSION);
    CHECK(strcmp(pageheap_version_string(), PAGEHEAP_VERSION_STRING) == 0);
    CHECK(pageheap_is_process_malloc() == 1);
}

static void figures(void) {
    struct pageheap_statistics before = snapshot();
    unsigned char *large = memset(malloc(50 << 20), 1, 50 << 20);
    enum { COUNT = 20000 };
    static unsigned char *small[COUNT];
    for (int i = 0; i < COUNT; i++) small[i] = make_block(500, 1);
    struct pageheap_statistics held = snapshot();
    uint64_t taken = (50 << 20) + COUNT * UINT64_C(500);
    CHECK(held.live_bytes >= caches().thread_cache_bytes + taken);
    CHECK(held.in_use_bytes >= before.in_use_bytes + taken);
    CHECK(held.metadata_bytes > 0 && caches().thread_caches >= 1 && held.age_nanoseconds >= before.age_nanoseconds);
    free(large);
    for (int i = 0; i < COUNT; i++) check_and_free(small[i]);
    size_t released = pageheap_release();
    struct pageheap_statistics after = snapshot();
    CHECK(released >= (50 << 20) && after.returned_bytes_total >= before.returned_bytes_total + released);
    CHECK(caches().thread_cache_blocks == 0 && caches().thread_cache_bytes == 0);
    CHECK(after.live_bytes + taken <= held.live_bytes);
    uint64_t ever = after.released_background_bytes_total + after.released_forced_bytes_total +
                    after.released_in_use_bytes_total + after.released_growth_bytes_total;
    CHECK(after.released_forced_bytes_total > before.released_forced_bytes_total && ever >= (50 << 20));
    CHECK(after.release_calls_total > before.release_calls_total && after.generations_total > before.generations_total);
    CHECK(after.forced_cpu_nanoseconds_total > 0);
    uint64_t holds = 0;
    for (int i = 0; i < PAGEHEAP_HOLD_COUNTS; i++) holds += after.lock_holds_total[i];
    CHECK(holds > 0);
}

// If the kernel can release several ranges with one call, without a descriptor, it is asked to.
static void at_once(void) {
    enum { COUNT = 4000 };
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    struct iovec range = {page, 4096};
    bool is_possible = syscall(SYS_process_madvise, -10000, &range, 1, MADV_DONTNEED, 0) == 4096;
    static char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) blocks[i] = memset(malloc(80000), 1, 80000);
    for (int i = 0; i < COUNT; i += 2) free(blocks[i]);
    malloc_trim(0);
    uint64_t calls = snapshot().release_calls_total;
    CHECK(is_possible ? calls < COUNT / 8 : calls > COUNT / 8);
}

// A caller that knows fewer fields gets those, and nothing else of its memory changes; a caller that knows more learns
// how many the library knows.
static void sizes(void) {
    struct {
        struct pageheap_statistics known;
        uint64_t more[4];
    } newer;
    check_and_free(make_block(1000, 3));
    const size_t old[] = {16, 24, 240, 248, offsetof(struct pageheap_statistics, lock_holds_total)};
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        memset(&newer, 0xa5, sizeof newer);
        newer.known.size = old[i];
        CHECK(pageheap_statistics(&newer.known) == 0);
        CHECK(newer.known.size == old[i] && newer.known.system_bytes > 0);
        const unsigned char *bytes = (const unsigned char *)&newer;
        for (size_t at = old[i]; at < sizeof newer; at++) CHECK(bytes[at] == 0xa5);
    }
    memset(&newer, 0xa5, sizeof newer);
    newer.known.size = sizeof newer;
    CHECK(pageheap_statistics(&newer.known) == 0);
    CHECK(newer.known.size == sizeof newer.known && newer.more[0] == UINT64_C(0xa5a5a5a5a5a5a5a5));
    struct pageheap_thread_caches older = {.size = 16, .thread_cache_blocks = 7};
    CHECK(pageheap_thread_caches(&older) == 0);
    CHECK(older.size == 16 && older.thread_caches >= 1 && older.thread_cache_blocks == 7);
}

// Physical memory is what the kernel says: a block of 4 GiB of which one byte was written to is a page of it, or a huge
// page, wherever the block has moved to.
static void untouched(void) {
    const size_t little = 16 << 20, four = (size_t)4 << 30;
    unsigned char *block = malloc(four);
    if (block == NULL) return;  // the machine has no room for such a request
    uint64_t resident = pageheap_resident_bytes();
    block[four / 2] = 1;
    if (resident != PAGEHEAP_NONE) {
        CHECK(resident < little && pageheap_resident_bytes() > resident && pageheap_resident_bytes() < little);
    }
    CHECK(snapshot().in_use_bytes >= four);
    uint64_t before = snapshot().returned_bytes_total;
    free(block);
    size_t released = pageheap_release();
    struct pageheap_statistics after = snapshot();
    CHECK(released >= 4096 && released < little && after.returned_bytes_total - before == released);
    CHECK(after.released_forced_bytes_total >= four);

    // The same for a block that has to move, because another one lies behind it.
    block = malloc(four / 2);
    block[four / 4] = 1;
    unsigned char *other = malloc(1 << 20);
    other[0] = 1;
    before = snapshot().returned_bytes_total;
    block = realloc(block, four);
    if (block != NULL) CHECK(block[four / 4] == 1);
    free(block);
    free(other);
    pageheap_release();
    uint64_t returned = snapshot().returned_bytes_total - before;
    CHECK(block == NULL || (returned >= 4096 && returned < little));
}

static void bad_arguments(void) {
    errno = 1234;
    CHECK(pageheap_statistics(NULL) == EINVAL && pageheap_thread_caches(NULL) == EINVAL);
    const size_t wrong[] = {0, 1, 8, 15, 17, 100, SIZE_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct pageheap_statistics all = {.size = wrong[i], .system_bytes = 7};
        CHECK(pageheap_statistics(&all) == EINVAL);
        CHECK(all.size == wrong[i] && all.system_bytes == 7);
        struct pageheap_thread_caches caches = {.size = wrong[i], .thread_caches = 7};
        CHECK(pageheap_thread_caches(&caches) == EINVAL);
        CHECK(caches.size == wrong[i] && caches.thread_caches == 7);
    }
    CHECK(pageheap_set_memory_limit(UINT64_C(1) << 40) == 0);
    CHECK(pageheap_set_memory_limit(0) == EINVAL);
    CHECK(pageheap_get_memory_limit() == UINT64_C(1) << 40);
    CHECK(pageheap_set_scavenge_trace((enum pageheap_trace)3) == EINVAL);
    CHECK(pageheap_set_scavenge_trace((enum pageheap_trace)256) == EINVAL);
    CHECK(errno == 1234);
}

// Each check runs in a constructor, so that its function is the first in the process to ask anything of the heap.
static const char *first_call;
static void early(void) {
    errno = 1234;
    if (strcmp(first_call, "early-statistics") == 0) {
        struct pageheap_statistics nothing = snapshot();
        CHECK(nothing.live_bytes == 0 && nothing.memory_limit_bytes == PAGEHEAP_NONE);
    }
    if (strcmp(first_call, "early-release") == 0) CHECK(pageheap_release() == 0);
    if (strcmp(first_call, "early-resident") == 0) CHECK(pageheap_resident_bytes() == 0);
    if (strcmp(first_call, "early-caches") == 0) CHECK(caches().thread_cache_blocks == 0);
    if (strcmp(first_call, "early-limit") == 0) CHECK(pageheap_get_memory_limit() == UINT64_C(100) << 20);
    if (strcmp(first_call, "early-set-limit") == 0) {
        CHECK(pageheap_set_memory_limit(1 << 20) == 0 && pageheap_get_memory_limit() == 1 << 20);
        CHECK(snapshot().memory_limit_bytes == 1 << 20);
    }
    if (strcmp(first_call, "early-trace") == 0) CHECK(pageheap_set_scavenge_trace(PAGEHEAP_TRACE_TEXT) == 0);
    if (strcmp(first_call, "early-question") == 0) CHECK(pageheap_is_process_malloc() == 1);
    if (strcmp(first_call, "early-information") == 0) CHECK(mallopt(M_ARENA_MAX, 1) == 1 && mallinfo2().uordblks == 0);
    CHECK(errno == 1234);
}

__attribute__((constructor(101))) static void construct(int count, char **arguments) {
    if (count < 2 || strncmp(arguments[1], "early", 5) != 0) return;
    first_call = arguments[1];
    early();
}

static void then_run(void) { check_and_free(make_block(1000, 3)); }

static void then_trace(void) { pageheap_release(); }

static void limit(void) {
    CHECK(pageheap_get_memory_limit() == PAGEHEAP_NONE && snapshot().limit_goal_bytes == PAGEHEAP_NONE);
    CHECK(pageheap_set_memory_limit(64 << 20) == 0);
    struct pageheap_statistics limited = snapshot();
    CHECK(limited.memory_limit_bytes == 64 << 20 && limited.limit_goal_bytes < 64 << 20);
    // The limit is soft.
    unsigned char *block = memset(malloc(100 << 20), 1, 100 << 20);
    CHECK(block != NULL);
    free(block);
    // The worker goes to work; the test's own deadline ends a program that waits in vain.
    while (true) {
        struct pageheap_statistics now = snapshot();
        uint64_t retained = now.in_use_bytes + now.cached_bytes + now.free_retained_bytes;
        if (retained + now.metadata_bytes <= 64 << 20) break;
        usleep(10000);
    }
    CHECK(pageheap_set_memory_limit(PAGEHEAP_NONE) == 0);
    CHECK(pageheap_get_memory_limit() == PAGEHEAP_NONE && snapshot().memory_limit_bytes == PAGEHEAP_NONE);
}

static atomic_bool done;
static void *allocating(void *number) {
    replace_blocks(&done, seed + (uintptr_t)number);
    return NULL;
}

static void *asking(void *number) {
    uint64_t random = seed + 100 + (uintptr_t)number;
    uint64_t calls = 0;
    for (int i = 0; i < 1000; i++) {
        struct pageheap_statistics now = snapshot();
        CHECK(now.release_calls_total >= calls);
        calls = now.release_calls_total;
        CHECK(caches().thread_caches >= 1 && pageheap_resident_bytes() > 0);
        struct mallinfo2 information = mallinfo2();
        CHECK(information.arena == information.uordblks + information.fordblks);
        if (i % 100 == 0) pageheap_release();
        uint64_t limits[] = {1 << 20, UINT64_C(1) << 40, PAGEHEAP_NONE};
        CHECK(pageheap_set_memory_limit(limits[next_random(&random) % 3]) == 0);
        CHECK(pageheap_get_memory_limit() >= 1 << 20);
    }
    return NULL;
}

static void threads(void) {
    pthread_t workers[2], askers[2];
    for (uintptr_t i = 0; i < 2; i++) CHECK(pthread_create(&workers[i], NULL, allocating, (void *)i) == 0);
    for (uintptr_t i = 0; i < 2; i++) CHECK(pthread_create(&askers[i], NULL, asking, (void *)i) == 0);
    for (int i = 0; i < 2; i++) CHECK(pthread_join(askers[i], NULL) == 0);
    atomic_store(&done, 1);
    for (int i = 0; i < 2; i++) CHECK(pthread_join(workers[i], NULL) == 0);
}

static uint64_t monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// The totals of a child begin at zero, and it may ask for them at once.
static void forked(void) {
    free(memset(malloc(10 << 20), 1, 10 << 20));
    pageheap_release();
    CHECK(snapshot().release_calls_total > 0);
    uint64_t start = monotonic_nanoseconds();
    pid_t child = fork();
    if (child == 0) {
        struct pageheap_statistics fresh = snapshot();
        CHECK(fresh.release_calls_total == 0 && fresh.returned_bytes_total == 0 && fresh.age_nanoseconds <= monotonic_nanoseconds() - start);
        CHECK(pageheap_set_memory_limit(1 << 30) == 0);
        pageheap_release();
        _exit(0);
    }
    wait_for(child);
    CHECK(pageheap_get_memory_limit() == PAGEHEAP_NONE);
}

// The trace is written to standard error only while it is on.
static void trace(void) {
    pageheap_release();
    CHECK(pageheap_set_scavenge_trace(PAGEHEAP_TRACE_TEXT) == 0);
    pageheap_release();
    CHECK(pageheap_set_scavenge_trace(PAGEHEAP_TRACE_JSON) == 0);
    pageheap_release();
    CHECK(pageheap_set_scavenge_trace(PAGEHEAP_TRACE_NONE) == 0);
    pageheap_release();
}

// The old form is deprecated for what is checked here: its numbers are too small.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static void information(void) {
    struct mallinfo2 before = mallinfo2();
    unsigned char *block = memset(malloc(30 << 20), 1, 30 << 20);
    struct mallinfo2 held = mallinfo2();
    CHECK(held.arena == held.uordblks + held.fordblks && held.hblks == 0 && held.hblkhd == 0);
    CHECK(held.uordblks >= before.uordblks + (30 << 20) && held.arena >= held.uordblks);
    struct mallinfo narrow = mallinfo();
    CHECK((size_t)narrow.uordblks >= before.uordblks + (30 << 20));
    free(block);
    CHECK(mallinfo2().keepcost >= 30 << 20);
    CHECK(malloc_trim(0) == 1);
    CHECK(mallinfo2().arena + (30 << 20) <= held.arena);
    // A block larger than the old form's numbers.
    unsigned char *huge = calloc(1, UINT64_C(3) << 30);
    if (huge != NULL && mallinfo2().uordblks > INT32_MAX) CHECK(mallinfo().uordblks == INT32_MAX);
    free(huge);
}

static void settings(void) {
    const int kept[] = {M_MXFAST, M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_TEST, M_ARENA_MAX};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) CHECK(mallopt(kept[i], 1) == 1);
    CHECK(mallopt(M_PERTURB, 0x55) == 0);
    CHECK(mallopt(12345, 1) == 0);
    check_and_free(make_block(1 << 20, 3));
}

// Writes texts for the test to check: XML to standard output, lines to standard error.
static void texts(void) {
    free(malloc(100));
    CHECK(malloc_info(1, stdout) == EINVAL);
    CHECK(malloc_info(0, stdout) == 0);
    malloc_stats();
}

int main(int count, char **arguments) {
    (void)count;
    const struct check checks[] = {
        {"version", version}, {"at-once", at_once}, {"figures", figures}, {"sizes", sizes}, {"bad-arguments", bad_arguments},
        {"untouched", untouched}, {"early-resident", then_run}, {"early-caches", then_run},
        {"early-statistics", then_run}, {"early-release", then_run}, {"early-limit", then_run},
        {"early-set-limit", then_run}, {"early-trace", then_trace}, {"early-question", then_run},
        {"early-information", then_run}, {"limit", limit}, {"threads", threads}, {"forked", forked}, {"trace", trace},
        {"information", information}, {"settings", settings}, {"texts", texts},
    };
    return RUN(checks, arguments);
}
