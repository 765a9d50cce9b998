// Faults that have nothing to do with the heap: they end, or are handled, as without the library.
#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static sigjmp_buf back;

static void jump_back(int number) {
    (void)number;
    siglongjmp(back, 1);
}

static volatile char *no_access(void) {
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    return page;
}

// The program's own handler is called, again and again.
static void handled(void) {
    CHECK(signal(SIGSEGV, jump_back) != SIG_ERR);
    volatile int count = 0;
    while (count < 10) {
        if (sigsetjmp(back, 1) == 0) {
            *no_access() = 1;
            CHECK(false);
        }
        count++;
    }
}

static int status_of(void (*body)(void)) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(2);
        body();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

static void send_to_itself(void) { kill(getpid(), SIGSEGV); sleep(10); }
static void sent(void) {
    int status = status_of(send_to_itself);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void access_nothing(void) { *no_access() = 1; }
static void without(void) {
    int status = status_of(access_nothing);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(int count, char **arguments) {
    (void)count;
    free(malloc(100));
    static const struct check checks[] = {{"handled", handled}, {"sent", sent}, {"without", without}};
    return RUN(checks, arguments);
}
