// Signals: handlers that jump out of a pause, that allocate after a wrong free, that interrupt everything all the
// time; small stacks.
#include "blocks.h"

#include <limits.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/time.h>

enum { BUSY = 3 };
static atomic_bool over;
static pthread_t busy[BUSY];

static void *work_on(void *random) {
    for (uint64_t i = 0; !atomic_load(&over); i++) {
        work_some((uintptr_t)random + i, 300);
        if (i % 10 == 0) malloc_trim(0);
        if (i % 25 == 0) grow_and_drop(8);
    }
    return NULL;
}

static void start_busy(void) {
    for (uintptr_t i = 0; i < BUSY; i++) CHECK(pthread_create(&busy[i], NULL, work_on, (void *)(i * 1000)) == 0);
}

static void end_busy(void) {
    atomic_store(&over, true);
    for (int i = 0; i < BUSY; i++) CHECK(pthread_join(busy[i], NULL) == 0);
}

static void handle_with(int number, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK(sigaction(number, &action, NULL) == 0);
}

// ---- Jumps ----------------------------------------------------------------------------------------------------------

static sigjmp_buf resting;
static atomic_bool rests;
static pthread_t rester;

// Jumps out of the pause, not out of the heap's functions, which may not be left in this way.
static void jump(int number) {
    (void)number;
    if (atomic_load(&rests) && pthread_equal(pthread_self(), rester)) siglongjmp(resting, 1);
}

static void *wake(void *unused) {
    while (!atomic_load(&over)) {
        if (atomic_load(&rests)) pthread_kill(rester, SIGUSR1);
        pause_for(1);
    }
    return unused;
}

static void jumps(void) {
    static struct keeper own;
    pthread_t waker;
    start_keeper(&own, torture_seed());
    rester = pthread_self();
    handle_with(SIGUSR1, jump, 0);
    start_busy();
    CHECK(pthread_create(&waker, NULL, wake, NULL) == 0);
    for (volatile int i = 0; i < 200; i++) {
        keep_going(&own, 100);
        if (sigsetjmp(resting, 1) == 0) {
            atomic_store(&rests, true);
            for (;;) pause();
        }
        atomic_store(&rests, false);
        check_kept(&own);
        if (i % 20 == 0) malloc_trim(0);
    }
    drop_kept(&own);
    end_busy();
    CHECK(pthread_join(waker, NULL) == 0);
}

// ---- Wrong frees ----------------------------------------------------------------------------------------------------

// As crash reporters do: allocates, forks, and starts a thread that allocates.
static void *report(void *unused) {
    work_some(3, 300);
    return unused;
}

static void after_wrong_free(int number) {
    (void)number;
    pthread_t thread;
    work_some(1, 500);
    grow_and_drop(4);
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        work_some(2, 500);
        _exit(0);
    }
    wait_for(child);
    CHECK(pthread_create(&thread, NULL, report, NULL) == 0 && pthread_join(thread, NULL) == 0);
    say("allocated after a wrong free");
    _exit(0);
}

static void free_wrongly(void *wrong) {
    handle_with(SIGABRT, after_wrong_free, 0);
    free(wrong);
    grow_and_drop(32);  // some wrong frees are found when the block leaves the thread's cache
    malloc_trim(0);
    DIE("a wrong free was not noticed");
}

static void misaligned(void) {
    start_busy();
    char *volatile block = malloc(100);
    free_wrongly(block + 1);
}

static void foreign(void) {
    start_busy();
    void *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mapped != MAP_FAILED);
    void *volatile wrong = (char *)mapped + 4096;
    free_wrongly(wrong);
}

static void inside_large(void) {
    char *volatile block = malloc(8 << 20);
    free_wrongly(block + (1 << 20));
}

static void twice_large(void) {
    void *volatile block = malloc(8 << 20);
    free(block);
    free_wrongly(block);
}

// ---- Interruptions --------------------------------------------------------------------------------------------------

static atomic_long interruptions;
static void count_one(int number) {
    (void)number;
    atomic_fetch_add(&interruptions, 1);
}

// Every call that can be interrupted is, many times.
static void interrupted(void) {
    handle_with(SIGALRM, count_one, 0);  // without SA_RESTART
    handle_with(SIGPROF, count_one, 0);
    struct itimerval often = {{0, 700}, {0, 700}};
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0 && setitimer(ITIMER_PROF, &often, NULL) == 0);
    start_busy();
    for (uint64_t i = 0; i < 400; i++) {
        work_some(torture_seed() + i, 200);
        if (i % 10 == 0) malloc_trim(0);
    }
    struct itimerval never = {{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0 && setitimer(ITIMER_PROF, &never, NULL) == 0);
    end_busy();
    CHECK(atomic_load(&interruptions) > 0);
}

// ---- Small stacks ---------------------------------------------------------------------------------------------------

static void *on_small_stack(void *random) {
    struct block blocks[20];
    uint64_t state = (uintptr_t)random;
    for (int i = 0; i < 20; i++) CHECK(make_block_of(&blocks[i], state, random_size(&state), &state));
    for (int i = 0; i < 20; i++) CHECK(resize_block(&blocks[i], random_size(&state)));
    malloc_trim(0);
    for (int i = 0; i < 20; i++) free_block(&blocks[i]);
    malloc_trim(0);
    return NULL;
}

// Threads have the smallest stacks possible. The first ones grow the heap, with all that is set up then.
static void small_stacks(void) {
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
    for (uintptr_t i = 0; i < 200; i++) {
        pthread_t threads[4];
        for (uintptr_t j = 0; j < 4; j++)
            CHECK(pthread_create(&threads[j], &attributes, on_small_stack, (void *)(i * 4 + j)) == 0);
        for (int j = 0; j < 4; j++) CHECK(pthread_join(threads[j], NULL) == 0);
    }
}

// A handler on the smallest alternate stack allocates, while the thread pauses.
static void allocate_in_handler(int number) {
    (void)number;
    on_small_stack((void *)5);
    atomic_store(&over, true);
}

static void alternate_stack(void) {
    static char stack[16384];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK(sigaltstack(&alternate, NULL) == 0);
    handle_with(SIGUSR1, allocate_in_handler, SA_ONSTACK);
    for (int i = 0; i < 50; i++) {
        atomic_store(&over, false);
        CHECK(raise(SIGUSR1) == 0);
        CHECK(atomic_load(&over));
        work_some((uint64_t)i, 100);
    }
}

int main(int count, char **arguments) {
    (void)count;
    const struct named_case cases[] = {{"jumps", jumps}, {"misaligned", misaligned}, {"foreign", foreign},
        {"inside-large", inside_large}, {"twice-large", twice_large}, {"interrupted", interrupted},
        {"small-stacks", small_stacks}, {"alternate-stack", alternate_stack}};
    return RUN(cases, arguments);
}
