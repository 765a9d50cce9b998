// Programs whose address space, data or threads are limited: the heap uses what the limit allows, and then fails with ENOMEM
// at the end of it. Each check runs this program again under the limit.
#include "check.h"
#include <stdatomic.h>
#include <sys/resource.h>

static size_t limit_bytes;

// Allocates until there is no more memory, and returns how much there was.
static size_t exhaust(size_t size, void ***chain) {
    size_t total = 0;
    for (void **block; (block = malloc(size)) != NULL; total += size) {
        *block = *chain;
        *chain = block;
    }
    CHECK(errno == ENOMEM);
    return total;
}

static void free_chain(void **chain) {
    while (chain != NULL) {
        void **next = *chain;
        free(chain);
        chain = next;
    }
}

static void at_the_limit(void) {
    const size_t sizes[] = {64, 1000, 40000, 3000000, 16};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5; i++) {
            void **chain = NULL;
            size_t total = exhaust(sizes[i], &chain);
            // Small requests fail as soon as a new span does not fit, though other classes may have room.
            CHECK(total >= limit_bytes / 4);
            errno = 0;
            CHECK(realloc(NULL, limit_bytes) == NULL && errno == ENOMEM);
            free_chain(chain);
            check_and_free(make_block(100, 1));
            check_and_free(make_block(100000, 2));
        }
    }
}

static atomic_long had;
static void *exhausting(void *size) {
    void **chain = NULL;
    atomic_fetch_add(&had, (long)exhaust((size_t)size, &chain));
    free_chain(chain);
    return NULL;
}

static void in_threads(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], &attributes, exhausting, (void *)(100 + i * 3000)) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(had > 0);
    check_and_free(make_block(1000000, 2));
}

int main(int count, char **arguments) {
    CHECK(count == 4);
    int resource = strcmp(arguments[1], "space") == 0 ? RLIMIT_AS : RLIMIT_DATA;
    limit_bytes = strtoul(arguments[2], NULL, 10) << 20;
    bool is_heaps_own = strcmp(arguments[1], "hard") == 0;
    struct rlimit limit = {.rlim_cur = limit_bytes};
    if (!is_heaps_own) CHECK(getrlimit(resource, &limit) == 0);
    if (limit.rlim_cur != limit_bytes) {
        limit.rlim_cur = limit_bytes;
        CHECK(setrlimit(resource, &limit) == 0);
        execv("/proc/self/exe", arguments);
        CHECK(!"executed");
    }
    if (strcmp(arguments[3], "threads") == 0) in_threads();
    else at_the_limit();
    return 0;
}
