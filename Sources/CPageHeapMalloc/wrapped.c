// Functions of the C library that change what a thread is to the kernel. A program of one thread may call some of them that
// are refused where there are several, and the C library carries the user's identity over to the threads that it knows, which
// the worker is not. So the worker is made to end before each, and starts again when it has something to do.
//
// A program that is about to give up system calls gives up the worker for good: from then on the heap makes only the calls
// of an ordinary malloc. The sign is the same for all sandboxes: prctl, before the filter is installed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "CPageHeapMalloc.h"

void pageheap_end_worker(void);         // Swift's: the worker has left the process
void pageheap_prepare_for_sandbox(void);  // Swift's: the same, and none starts any more

// The C library's function of a name, looked for once.
#define NEXT(function)                                                        \
    ({                                                                        \
        static __typeof__(&function) next;                                    \
        __typeof__(&function) found = __atomic_load_n(&next, __ATOMIC_RELAXED); \
        if (found == NULL) {                                                  \
            found = (__typeof__(&function))dlsym(RTLD_NEXT, #function);       \
            __atomic_store_n(&next, found, __ATOMIC_RELAXED);                 \
        }                                                                     \
        found;                                                                \
    })

#define WITHOUT_WORKER(result, function, parameters, arguments) \
    result function parameters {                                \
        pageheap_end_worker();                                  \
        return NEXT(function) arguments;                        \
    }

WITHOUT_WORKER(int, unshare, (int flags), (flags))
WITHOUT_WORKER(int, setns, (int descriptor, int kind), (descriptor, kind))
WITHOUT_WORKER(int, setuid, (uid_t user), (user))
WITHOUT_WORKER(int, seteuid, (uid_t user), (user))
WITHOUT_WORKER(int, setreuid, (uid_t real, uid_t effective), (real, effective))
WITHOUT_WORKER(int, setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved))
WITHOUT_WORKER(int, setgid, (gid_t group), (group))
WITHOUT_WORKER(int, setegid, (gid_t group), (group))
WITHOUT_WORKER(int, setregid, (gid_t real, gid_t effective), (real, effective))
WITHOUT_WORKER(int, setresgid, (gid_t real, gid_t effective, gid_t saved), (real, effective, saved))
WITHOUT_WORKER(int, setgroups, (size_t count, const gid_t *groups), (count, groups))
WITHOUT_WORKER(int, initgroups, (const char *user, gid_t group), (user, group))

int prctl(int operation, ...) {
    va_list list;
    va_start(list, operation);
    // As the C library does: what the operation does not have is read, and passed on, unused.
    unsigned long second = va_arg(list, unsigned long), third = va_arg(list, unsigned long),
                  fourth = va_arg(list, unsigned long), fifth = va_arg(list, unsigned long);
    va_end(list);
    if (operation == PR_SET_SECCOMP || operation == PR_SET_NO_NEW_PRIVS) pageheap_prepare_for_sandbox();
    return NEXT(prctl)(operation, second, third, fourth, fifth);
}
