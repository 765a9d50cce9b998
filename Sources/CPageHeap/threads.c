// The thread slot, the thread-exit key, and threads created through the C library.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "CPageHeap.h"
#include "system.h"

_Alignas(64) char pageheap_empty_cache_bytes[PAGEHEAP_EMPTY_CACHE_BYTES];
_Alignas(64) char pageheap_process_heap_bytes[PAGEHEAP_PROCESS_HEAP_BYTES];
_Thread_local struct pageheap_thread_slot pageheap_slot = {.cache = pageheap_empty_cache_bytes};

struct thread_start {
    void (*body)(void *);
    void *argument;
    const char *name;
    uint32_t taken;
};

static void *thread_main(void *start) {
    struct thread_start own = *(struct thread_start *)start;
    __atomic_store_n(&((struct thread_start *)start)->taken, 1, __ATOMIC_RELEASE);
    pageheap_futex_wake(&((struct thread_start *)start)->taken, 1);
    pageheap_name_this_thread(own.name);
    own.body(own.argument);
    return NULL;
}

// The stack has the C library's default size: it also holds the thread-local storage of everything the program has loaded,
// which may exceed any fixed size. Untouched stack costs no memory.
int pageheap_start_thread(void (*body)(void *), void *argument, const char *name) {
    int saved = errno;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited, so the thread never runs with signals unblocked
    pthread_attr_t attributes;
    pthread_t thread;
    struct thread_start start = {body, argument, name, 0};
    int answer = pthread_attr_init(&attributes);
    if (answer == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        answer = pthread_create(&thread, &attributes, thread_main, &start);
        pthread_attr_destroy(&attributes);
    }
    while (answer == 0 && __atomic_load_n(&start.taken, __ATOMIC_ACQUIRE) == 0) pageheap_futex_wait(&start.taken, 0, -1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return answer;
}

uint32_t pageheap_make_thread_exit_key(void (*destructor)(void *)) {
    pthread_key_t key;
    return pthread_key_create(&key, destructor) == 0 ? (uint32_t)key : UINT32_MAX;
}

bool pageheap_arm_thread_exit(uint32_t key) {
    int saved = errno;
    bool is_armed = key != UINT32_MAX && pthread_setspecific((pthread_key_t)key, &pageheap_slot) == 0;
    errno = saved;
    return is_armed;
}
