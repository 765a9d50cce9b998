// Filters that refuse system calls (seccomp): one call with an error, one call by killing the process, or all but those
// that a malloc cannot do without.
//
// futex is never refused: nothing that waits works without it, libc's own locks included.
#ifndef REFUSAL_H
#define REFUSAL_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct named_number {
    const char *name;
    int number;
};

#define CALL(name) {#name, SYS_##name}
static const struct named_number known_calls[] = {
    CALL(mmap), CALL(munmap), CALL(mremap), CALL(mprotect), CALL(madvise), CALL(brk), CALL(process_madvise),
    CALL(pidfd_open), CALL(membarrier), CALL(clone), CALL(clone3), CALL(sched_getaffinity), CALL(sched_setaffinity),
    CALL(sched_setscheduler), CALL(sched_setparam), CALL(sched_getscheduler), CALL(sched_setattr), CALL(sched_yield),
    CALL(setpriority), CALL(getpriority), CALL(prctl), CALL(getrandom), CALL(openat), CALL(open), CALL(read),
    CALL(pread64), CALL(close), CALL(fstat), CALL(newfstatat), CALL(statx), CALL(access), CALL(sysinfo),
    CALL(prlimit64), CALL(getrlimit), CALL(clock_gettime), CALL(clock_getres), CALL(gettimeofday), CALL(time),
    CALL(nanosleep), CALL(clock_nanosleep), CALL(timer_create), CALL(timerfd_create), CALL(getrusage), CALL(times),
    CALL(gettid), CALL(getpid), CALL(getppid), CALL(tgkill), CALL(kill), CALL(rt_sigprocmask), CALL(rt_sigaction),
    CALL(sigaltstack), CALL(set_robust_list), CALL(rseq), CALL(getcpu), CALL(mincore), CALL(mlock), CALL(mlock2),
    CALL(munlock), CALL(memfd_create), CALL(userfaultfd), CALL(ioctl), CALL(fcntl), CALL(ftruncate), CALL(fallocate),
    CALL(pipe2), CALL(socket), CALL(eventfd2), CALL(poll), CALL(ppoll), CALL(epoll_create1), CALL(getuid),
    CALL(uname), CALL(readlink), CALL(arch_prctl), CALL(pkey_alloc), CALL(mbind), CALL(get_mempolicy),
    CALL(set_mempolicy), CALL(io_uring_setup), CALL(perf_event_open), CALL(seccomp), CALL(bpf), CALL(unshare),
    CALL(personality), CALL(getcwd)};
#undef CALL

static const struct named_number known_errors[] = {
    {"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"ENOMEM", ENOMEM}, {"EAGAIN", EAGAIN}, {"EINVAL", EINVAL}};

static inline int number_named(const struct named_number *list, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) return list[i].number;
    return -1;
}

#define NUMBER_NAMED(list, name) number_named(list, sizeof list / sizeof *list, name)

// The calls that a malloc may make once it runs, and those that the end of a thread and of the process take.
static const int needed_calls[] = {
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_futex, SYS_write, SYS_exit,
    SYS_exit_group, SYS_rt_sigprocmask, SYS_rt_sigreturn};

// Refuses `call` in all threads of the process, or, if it is "others", all calls but the needed ones. `answer` is an
// error's name, or "kill". Without `unprivileged`, which gives up what executing a set-user-ID program would bring, it
// needs root. Returns 0, or what went wrong: 1 if a name is not known, 2 if the system has no filters for us.
static inline int refuse_calls(const char *call, const char *answer, bool unprivileged) {
    bool others = strcmp(call, "others") == 0;
    int number = NUMBER_NAMED(known_calls, call), error = NUMBER_NAMED(known_errors, answer);
    if ((number < 0 && !others) || (error < 0 && strcmp(answer, "kill") != 0)) return 1;
    unsigned refusal = error < 0 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | (unsigned)error;
    enum { NEEDED = sizeof needed_calls / sizeof *needed_calls };
    struct sock_filter filter[NEEDED + 4];
    unsigned short length = 0;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    if (others) {
        for (int i = 0; i < NEEDED; i++) {
            unsigned char to_end = (unsigned char)(NEEDED - i);
            unsigned needed = (unsigned)needed_calls[i];
            filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, needed, to_end, 0);
        }
    } else {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refusal);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {length, filter};
    if (unprivileged && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 2;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0 : 2;
}

#endif
