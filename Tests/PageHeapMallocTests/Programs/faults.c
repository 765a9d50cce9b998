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

// A page of a block in use that the program protects is the program's own matter: nothing is reported.
static void access_protected(void) {
    char *block = aligned_alloc(4096, 400000);
    CHECK(mprotect(block, 4096, PROT_READ) == 0);
    *(volatile char *)block = 1;
}

static void protected_block(void) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        access_protected();
        _exit(0);
    }
    close(ends[1]);
    char text;
    CHECK(read(ends[0], &text, 1) == 0);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(int count, char **arguments) {
    (void)count;
    free(malloc(100));
    static const struct check checks[] = {{"handled", handled}, {"sent", sent}, {"without", without}, {"protected", protected_block}};
    return RUN(checks, arguments);
}
