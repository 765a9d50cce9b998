// Runs a program in odd circumstances, for a limited time, and leaves no process of it behind.
//
//   launch [OPTION…] -- PROGRAM ARGUMENT…
//
//   --seconds N          the program is killed after this time, with all that it has started (default 60)
//   --library PATH       preloaded, into the program alone
//   --env NAME=VALUE     added to the environment as it is, so that a name may be there twice
//   --limit NAME=VALUE   as, data, nproc, stack, memlock, nofile, fsize; bytes or a number, or unlimited
//   --refuse CALL=ERROR  a filter from before the program's start on, see refusal.h
//   --cover FILE=KIND    something else in the file's place, see cover.h
//   --user ID            as this user and group
//   --close DIGITS       these descriptors are closed, such as 012
//   --error-to KIND      standard output and error: null (the device), broken (a pipe without a reader), full (a pipe)
//   --cpus A,B           on these processors
//   --nice N
//   --policy NAME        fifo, rr, batch or idle
//   --personality NAME   fixed (no randomized addresses), legacy (the old layout), executable (all that can be read)
//   --full DIRECTORY     a file system in memory of 64 MiB, without any room left, is mounted there
//
// It ends early when its parent does, and when the folder `room` beside this program is removed.
//
// Exit status: the program's; 1 if it was killed or took too long, with a line that says so; 77 if the system does
// not allow what is asked for, with a line that says what.
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "cover.h"
#include "refusal.h"

extern char **environ;

static const struct named_number limits[] = {
    {"as", RLIMIT_AS}, {"data", RLIMIT_DATA}, {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK},
    {"memlock", RLIMIT_MEMLOCK}, {"nofile", RLIMIT_NOFILE}, {"fsize", RLIMIT_FSIZE}};
static const struct named_number policies[] = {
    {"fifo", SCHED_FIFO}, {"rr", SCHED_RR}, {"batch", SCHED_BATCH}, {"idle", SCHED_IDLE}};
static const struct named_number personalities[] = {
    {"fixed", ADDR_NO_RANDOMIZE}, {"legacy", ADDR_COMPAT_LAYOUT}, {"executable", READ_IMPLIES_EXEC}};

static _Noreturn void wrong(const char *what) {
    fprintf(stderr, "launch: %s: wrong usage\n", what);
    exit(2);
}

static int named(const struct named_number *list, size_t count, const char *name) {
    int number = number_named(list, count, name);
    if (number < 0) wrong(name);
    return number;
}
#define NAMED(list, name) named(list, sizeof list / sizeof *list, name)

static void take_limit(char *name) {
    char *value = strchr(name, '=');
    if (value == NULL) wrong(name);
    *value++ = 0;
    rlim_t bytes = strcmp(value, "unlimited") == 0 ? RLIM_INFINITY : strtoull(value, NULL, 10);
    needs(setrlimit(NAMED(limits, name), &(struct rlimit){bytes, bytes}) == 0, "setrlimit");
}

static void take_cpus(char *list) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (char *cpu = strtok(list, ","); cpu != NULL; cpu = strtok(NULL, ",")) CPU_SET(atoi(cpu), &set);
    needs(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

static void take_error_to(const char *kind) {
    int ends[2] = {-1, -1};
    if (strcmp(kind, "null") == 0) {
        ends[1] = open("/dev/null", O_WRONLY);
    } else {
        needs(pipe2(ends, O_NONBLOCK) == 0, "pipe2");
        static const char filling[4096];
        if (strcmp(kind, "broken") == 0) close(ends[0]);
        else while (write(ends[1], filling, sizeof filling) > 0) continue;
    }
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
}

// What a limit or a filter would hinder comes first; what must not bind this program itself comes last.
static _Noreturn void start(int count, char **arguments, char **program) {
    static char *environment[4096], preload[4096];
    size_t variables = 0;
    for (; environ[variables] != NULL && variables < 4000; variables++) environment[variables] = environ[variables];
    char *refused = NULL, *answer = NULL, *user = NULL, *closed = "", *errors = NULL;
    for (int i = 1; i + 1 < count; i += 2) {
        char *option = arguments[i], *value = arguments[i + 1];
        if (strcmp(option, "--library") == 0) {
            snprintf(preload, sizeof preload, "LD_PRELOAD=%s", value);
            environment[variables++] = preload;
        } else if (strcmp(option, "--env") == 0) environment[variables++] = value;
        else if (strcmp(option, "--refuse") == 0) refused = value;
        else if (strcmp(option, "--user") == 0) user = value;
        else if (strcmp(option, "--close") == 0) closed = value;
        else if (strcmp(option, "--error-to") == 0) errors = value;
        else if (strcmp(option, "--cpus") == 0) take_cpus(value);
        else if (strcmp(option, "--nice") == 0) needs(setpriority(PRIO_PROCESS, 0, atoi(value)) == 0, "setpriority");
        else if (strcmp(option, "--cover") == 0) cover_file(value);
        else if (strcmp(option, "--full") == 0) cover_full(value);
        else if (strcmp(option, "--personality") == 0)
            needs(personality((unsigned long)NAMED(personalities, value)) != -1, "personality");
        else if (strcmp(option, "--policy") == 0) {
            int policy = NAMED(policies, value), priority = policy == SCHED_FIFO || policy == SCHED_RR ? 1 : 0;
            needs(sched_setscheduler(0, policy, &(struct sched_param){priority}) == 0, "sched_setscheduler");
        } else if (strcmp(option, "--seconds") != 0 && strcmp(option, "--limit") != 0) wrong(option);
    }
    for (int i = 1; i + 1 < count; i += 2)
        if (strcmp(arguments[i], "--limit") == 0) take_limit(arguments[i + 1]);
    if (user != NULL) {
        gid_t id = (gid_t)atoi(user);
        needs(setgroups(0, NULL) == 0 && setgid(id) == 0 && setuid(id) == 0, "setuid");
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of the user would undo it
    if (refused != NULL) {
        answer = strchr(refused, '=');
        if (answer == NULL) wrong(refused);
        *answer++ = 0;
    }
    if (errors != NULL) take_error_to(errors);
    for (; *closed != 0; closed++) close(*closed - '0');
    int refusal = refused == NULL ? 0 : refuse_calls(refused, answer, true);
    if (refusal == 1) wrong(refused);
    needs(refusal == 0, "seccomp");
    execve(program[0], program, environment);
    needs(false, program[0]);
    abort();
}

// Processes that have left the program's process group are children of this process by now, because it is a subreaper.
static void end_all(pid_t group) {
    kill(-group, SIGKILL);
    for (pid_t ended; (ended = waitpid(-1, NULL, 0)) > 0 || errno == EINTR;) continue;
}

int main(int count, char **arguments) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int options = 1;
    time_t seconds = 60;
    for (; options < count && strcmp(arguments[options], "--") != 0; options += 2)
        if (strcmp(arguments[options], "--seconds") == 0 && options + 1 < count) seconds = atol(arguments[options + 1]);
    if (options + 1 >= count) wrong("no program");
    find_room(arguments[0]);
    needs(room_is_there(), room);

    sigset_t watched, before;
    sigemptyset(&watched);
    for (size_t i = 0; i < 4; i++) sigaddset(&watched, ((int[]){SIGCHLD, SIGTERM, SIGINT, SIGHUP})[i]);
    sigprocmask(SIG_BLOCK, &watched, &before);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        sigprocmask(SIG_SETMASK, &before, NULL);
        start(options, arguments, arguments + options + 1);
    }
    setpgid(child, child);
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = (struct timespec){now.tv_sec + seconds, now.tv_nsec};
    int status = 0;
    bool ended = false, interrupted = false;
    while (!ended && !interrupted && now.tv_sec < end.tv_sec) {
        int number = sigtimedwait(&watched, NULL, &(struct timespec){1, 0});
        interrupted = number == SIGTERM || number == SIGINT || number == SIGHUP || !room_is_there();
        // Other processes that end here are orphans of the program.
        for (pid_t other; !ended && (other = waitpid(-1, &status, WNOHANG)) > 0;) ended = other == child;
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    end_all(child);
    if (ended && WIFEXITED(status)) return WEXITSTATUS(status);
    if (ended) fprintf(stderr, "killed by SIG%s\n", sigabbrev_np(WTERMSIG(status)));
    else if (interrupted) fprintf(stderr, "was told to end\n");
    else fprintf(stderr, "took more than %ld s\n", (long)seconds);
    return 1;
}
