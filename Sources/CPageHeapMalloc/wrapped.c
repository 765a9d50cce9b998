// Wraps functions of the C library that change a thread's attributes in the kernel. The kernel refuses some of them if the
// process has several threads. After a change of user or group, the C library applies it to the threads that it knows about,
// which do not include the worker. So the worker is ended before each call, and starts again when it has work to do.
//
// A program that is about to enter a sandbox loses the worker for good: from then on the heap makes only the system calls of
// an ordinary malloc. All sandboxes show the same sign: a call of prctl before the filter is installed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "CPageHeapMalloc.h"

void pageheap_end_worker(void);         // in Swift: returns when the worker has left the process
void pageheap_prepare_for_sandbox(void);  // in Swift: the same, and no other worker will start

// In the static library, the functions cannot have the C library's names: a program would find only one of the two. There,
// the linker's option --wrap makes the program call these, and these the C library's.
#ifdef PAGEHEAP_STATIC

#define WRAPPED(function) __wrap_##function
#define NEXT(function)                     \
    ({                                     \
        extern __typeof__(function) __real_##function; \
        __real_##function;                 \
    })

#else

#define WRAPPED(function) function
// The C library's function with this name, looked up once.
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

#endif

#define WITHOUT_WORKER(result, function, parameters, arguments) \
    result WRAPPED(function) parameters {                                \
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

int WRAPPED(prctl)(int operation, ...) {
    va_list list;
    va_start(list, operation);
    // As in the C library: arguments that the operation does not have are read and passed on, but not used.
    unsigned long second = va_arg(list, unsigned long), third = va_arg(list, unsigned long),
                  fourth = va_arg(list, unsigned long), fifth = va_arg(list, unsigned long);
    va_end(list);
    if (operation == PR_SET_SECCOMP || operation == PR_SET_NO_NEW_PRIVS) pageheap_prepare_for_sandbox();
    return NEXT(prctl)(operation, second, third, fourth, fifth);
}
