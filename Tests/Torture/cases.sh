# The cases of Scripts/torture, which reads this file: `add NAME NEED COMMAND…`. The standard output and error of a
# command together are its message; it exits with 77 if it is skipped.

# run [OPTION OF launch…] -- PROGRAM ARGUMENT…: runs a program with the library, in odd circumstances.
run() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    local program=$1
    shift
    "$folder/launch" --seconds 60 "${preload[@]}" "${options[@]}" -- "$folder/$program" "$@"
}

# ---- Several runs in one case: those that fail are named, each with what it said last --------------------------------

labels=()
start() { # LABEL COMMAND…: five at a time
    local label=$1
    shift
    labels+=("$label")
    ( "$@" >"$out.${#labels[@]}" 2>&1; echo $? >"$out.${#labels[@]}.status" ) &
    [ $((${#labels[@]} % 5)) -ne 0 ] || wait
}
finish() {
    local i status failures=0 skipped=0 reason=""
    wait
    for ((i = 1; i <= ${#labels[@]}; i++)); do
        status=$(cat "$out.$i.status")
        case $status in
            0) ;;
            77) skipped=$((skipped + 1)) reason=$(tail -n 1 "$out.$i") ;;
            *)
                failures=$((failures + 1))
                echo "${labels[i - 1]}: $(tail -n 1 "$out.$i" | cut -c1-150)"
                ;;
        esac
    done
    [ "$failures" -eq 0 ] || return 1
    if [ "$skipped" -eq ${#labels[@]} ]; then echo "$reason"; return 77; fi
    [ "$skipped" -eq 0 ] || echo "$skipped of ${#labels[@]} not allowed here"
}

# ---- 1. Threads, forks, cancellation, signals ------------------------------------------------------------------------

share=$(((seconds + 3) / 4)) first=${TORTURE_ROUND:-0}
storm() { "$folder/launch" --seconds $((share + 90)) "${preload[@]}" "$@" -- "$folder/storm" "$share" "$first"; }
storm_with_statistics() { mkdir -p "$folder/pages" && storm --env "PAGEHEAP_STATISTICS_DIRECTORY=$folder/pages"; }
add "storm" - storm
add "storm, hardened" library storm --env PAGEHEAP_HARDENING=1
add "storm, fully hardened" library storm --env PAGEHEAP_HARDENING=2 --env PAGEHEAP_GUARD_INTERVAL=100
add "storm, lazy and huge" library \
    storm --env PAGEHEAP_RELEASE=lazy --env PAGEHEAP_HUGE_PAGES=growth --env PAGEHEAP_MEMORY_LIMIT=32M
add "storm, with statistics" library storm_with_statistics

for name in key-rounds key-frees key-leaks thread-objects stack-cache at-once; do
    add "exits $name" - run -- exits $name
done
for name in libraries last-thread last-thread-of-child exit-amid-work single-thread; do
    add "ends $name" - run -- ends $name
done
for name in pending deferred asynchronous asleep first-thread; do add "cancel $name" - run -- cancel $name; done
for name in amid-allocations amid-trims amid-swings amid-draining at-once handlers bare-clone spawned vforked; do
    add "forks $name" - run -- forks $name
done
add "forks handlers-before-ours" - run -- forks-early handlers
for name in jumps misaligned interrupted small-stacks alternate-stack; do
    add "signals $name" - run -- signals $name
done
for name in foreign inside-large twice-large; do add "signals $name" library run -- signals $name; done

# ---- 2. Refused system calls -----------------------------------------------------------------------------------------

errors=(EPERM ENOSYS ENOMEM EAGAIN EINVAL)
refused_from_start() { # CALL
    for error in "${errors[@]}"; do start "$error" run --refuse "$1=$error" -- work 2 60 "$1" "$error" start; done
    finish
}
refused_later() { # CALL later|privileged
    for error in "${errors[@]}"; do start "$error" run -- work 2 60 "$1" "$error" "$2"; done
    finish
}

# The dynamic linker, or the start of libc, cannot do without the calls of the first list.
only_later=(mmap mprotect openat read close others)
refusable=(munmap mremap madvise brk process_madvise pidfd_open membarrier clone clone3 sched_getaffinity
    sched_setaffinity sched_setscheduler setpriority prctl getrandom open sysinfo prlimit64 clock_gettime gettid tgkill
    rt_sigprocmask getpid)
for call in "${refusable[@]}" "${only_later[@]}"; do
    # glibc's own malloc crashes without brk, or in a program that may do next to nothing.
    case $call in brk | others) need=library ;; *) need=- ;; esac
    [[ " ${only_later[*]} " == *" $call "* ]] || add "refuse $call from the start" $need refused_from_start "$call"
    add "refuse $call later" $need refused_later "$call" later
    [ $need = - ] && need=root || need=root,library
    add "refuse $call later, as root" $need refused_later "$call" privileged
done

# Many rounds for what goes wrong only at certain instants.
refused_for_long() { # CALL
    for error in "${errors[@]}"; do start "$error" run -- work 40 0 "$1" "$error" later; done
    finish
}
for call in membarrier tgkill getpid process_madvise; do add "refuse $call, for long" - refused_for_long $call; done

# What only the worker does takes longer to see.
for call in membarrier process_madvise madvise mprotect; do
    add "refuse $call, slowly" - run -- work 3 1300 "$call" EPERM later
done

# Calls that a malloc has no business to make once the program runs: they kill the program.
killing=$(sed -n '/known_calls\[\]/,/};/p' "$sources/refusal.h" | grep -oE 'CALL\([a-z0-9_]+' | cut -d'(' -f2)
for call in $killing others; do
    case $call in
        mmap | munmap | mremap | mprotect | madvise | brk) continue ;;
        openat | open | read | close | others) need=library ;; # glibc's own malloc reads a file when it shrinks
        *) need=- ;;
    esac
    add "kill at $call" $need run -- work 2 60 "$call" kill later
done
add "kill at others, slowly" library run -- work 3 1300 others kill later
add "kill at others, hardened" library run --env PAGEHEAP_HARDENING=1 -- work 2 60 others kill later
add "kill at others, huge" library \
    run --env PAGEHEAP_HUGE_PAGES=growth --env PAGEHEAP_MEMORY_LIMIT=16M -- work 2 60 others kill later

# ---- 3. Limits -------------------------------------------------------------------------------------------------------

mebibyte=1048576 nobody=65534
# The system counts all processes of a user, so each case about them has a user of its own.
user=61000
for threads in 1 4; do
    [ "$threads" -eq 1 ] && with="" || with=", 4 threads"
    for limit in as data; do
        for size in 16 64 256 1024; do
            bytes=$((size * mebibyte))
            add "limit $limit $size MiB from the start$with" - \
                run --limit $limit=$bytes -- limits $limit $bytes before $threads
            add "limit $limit $size MiB later$with" - run -- limits $limit $bytes during $threads
        done
    done
    for size in 0 1 32; do
        add "limit as $size MiB more$with" - run -- limits as "+$((size * mebibyte))" during $threads
        add "limit data $size MiB more$with" - run -- limits data "+$((size * mebibyte))" during $threads
    done
    add "limit nproc 1 from the start$with" root \
        run --user $((++user)) --limit nproc=1 -- limits nproc 1 before $threads
    add "limit nproc 1 later$with" root run --user $((++user)) -- limits nproc 1 during $threads
    add "limit nofile 3 later$with" - run -- limits nofile 3 during $threads
    add "limit nofile 0 later$with" - run -- limits nofile 0 during $threads
    add "limit fsize 0 later$with" - run --error-to null -- limits fsize 0 during $threads
    add "limit stack 64 KiB later$with" - run -- limits stack 65536 during $threads
    for how in mlockall mlockall-onfault; do
        add "limit $how$with" root run -- limits $how 0 before $threads
        for size in 8 64 512; do
            add "limit $how, memlock $size MiB$with" root \
                run --user $nobody --limit memlock=$((size * mebibyte)) -- limits $how 0 before $threads
        done
    done
done
add "limit nofile 4 from the start" - run --limit nofile=4 -- work 3 20
add "limit nproc 1, threads" root run --user $((++user)) --limit nproc=1 -- work 3 20
for size in 64 256 1048576; do
    add "limit stack $size KiB from the start" - run --limit stack=$((size * 1024)) -- work 3 20
done

# ---- 4. Odd files, odd settings --------------------------------------------------------------------------------------

contents=(empty garbage no-newline huge negative zero spaces words wraps largest line-end long missing directory loop
    "text:0 0" "text:1" "text:2" "text:max 100000" "text:-1 100000" "text:100000 0" "text:1 1000000000" "text:0-"
    "text:0-99999")
odd_file() { # PATH [OPTION…]: with each content
    local path=$1
    shift
    for content in "${contents[@]}"; do start "$content" run "$@" --cover "$path=$content" -- work 1 10; done
    start unreadable run "$@" --cover "$path=unreadable" --user $nobody -- work 1 10
    finish
}
huge=/sys/kernel/mm/transparent_hugepage processors=/sys/devices/system/cpu groups=/sys/fs/cgroup
for path in /proc/sys/vm/overcommit_memory /proc/meminfo /proc/self/cgroup /proc/self/mountinfo /proc/cpuinfo \
    $huge/enabled $huge/hpage_pmd_size $processors/online $processors/possible $groups/cpu.max $groups/memory.max \
    $groups/cpu/cpu.cfs_quota_us $groups/cpu/cpu.cfs_period_us $groups/memory/memory.limit_in_bytes; do
    add "file $path" root odd_file $path
done
for name in cpu.max memory.max memory.high cgroup.controllers; do
    add "file $name of a group" root odd_file $groups/a/b/$name --cover "/proc/self/cgroup=text:0::/a/b"
done
for name in cpu.cfs_quota_us cpu.cfs_period_us; do
    add "file $name of an old group" root odd_file $groups/cpu/a/$name --cover "/proc/self/cgroup=text:4:cpu,cpuacct:/a"
done
add "file none in /proc" root run --cover /proc/none=missing -- work 3 20
add "file none in /sys" root run --cover /sys/none=missing -- work 3 20
add "file none in either" root run --cover /sys/none=missing --cover /proc/none=missing -- work 3 20

# Runs with settings, and counts the lines that say that one was ignored.
with_settings() { # COUNT NAME=VALUE…
    local expected=$1 options=() setting status found
    shift
    for setting in "$@"; do options+=(--env "$setting"); done
    said=$(run "${options[@]}" -- work 1 10 2>&1)
    status=$?
    found=$(grep -cE '^pageheap: ignored ' <<<"$said")
    tail -n 1 <<<"$said" | cut -c1-150
    [ $status -eq 0 ] || return $status
    [ "$expected" = any ] || [ "$found" -eq "$expected" ] && return
    echo "$found lines about $expected bad values"
    return 1
}
senseless=("" " " -1 nan 1e99 99999999999999999999999 0x10 "10 %" ON= $'\x80\xff' %s%n maybe $'\t1'
    "$(printf '%0100000d' 7 | tr 0 x)")
odd_setting() { # NAME
    for value in "${senseless[@]}"; do start "'${value:0:20}'" with_settings 1 "$1=$value"; done
    finish
}
settings=$(sed -nE 's/^\| `(PAGEHEAP_[A-Z_]+)`.*/\1/p' "$root/Documentation/settings.md")
[ -n "$settings" ] || { echo "torture: Documentation/settings.md names no setting" >&2; exit 2; }
for setting in $settings; do add "setting $setting" library odd_setting "$setting"; done
every=() twice=()
sensible=(PAGEHEAP_RETAIN_PERCENT={0,100} PAGEHEAP_MEMORY_LIMIT={1,1M,2GiB,536870912,none} PAGEHEAP_HARD_LIMIT={1G,2GiB,none}
    PAGEHEAP_SCAVENGE_PERCENT={0.1,100} PAGEHEAP_PACER={budget,controller,average} PAGEHEAP_RELEASE={now,lazy}
    PAGEHEAP_SCAVENGER={on,caller,off} PAGEHEAP_HARDENING={0,1,2} PAGEHEAP_SAMPLE_BYTES={0,1,64K}
    PAGEHEAP_HUGE_PAGES={system,growth,never})
for setting in $settings; do every+=("$setting=?") twice+=("$setting=?" "$setting=!"); done
sensible_settings() {
    for setting in "${sensible[@]}"; do start "$setting" with_settings 0 "$setting"; done
    # Only together: alone it is ignored, and reported.
    for setting in PAGEHEAP_GUARD_INTERVAL={0,1,1000000000}; do
        start "$setting" with_settings 0 PAGEHEAP_HARDENING=2 "$setting"
        start "$setting alone" with_settings 1 "$setting"
    done
    start "SCAVTRACE=1" with_settings any PAGEHEAP_SCAVTRACE=1
    start "SCAVTRACE=json" with_settings any PAGEHEAP_SCAVTRACE=json
    finish
}
add "settings that are right" library sensible_settings
add "settings that are all wrong" library with_settings ${#every[@]} "${every[@]}"
add "settings that are wrong twice" library with_settings any "${twice[@]}"
add "settings that do not exist" library with_settings 2 PAGEHEAP_=1 PAGEHEAP_NONE_SUCH=1
add "settings without a value" library with_settings any PAGEHEAP_HARDENING PAGEHEAP_ PAGEHEAP
odd_directories() {
    local directory
    for directory in /none/such /dev/null /proc "" "$folder///" "$folder/launch" "$(printf '/%05000d' 0)" %s%n; do
        start "'${directory:0:20}'" with_settings any "PAGEHEAP_STATISTICS_DIRECTORY=$directory"
    done
    finish
}
add "settings: odd statistics directories" library odd_directories

# ---- 5. Odd machines -------------------------------------------------------------------------------------------------

add "machine one processor" - run --cpus 0 -- work 3 20
add "machine another processor" - run --cpus $(($(nproc) - 1)) -- work 3 20
add "machine nice 19" - run --nice 19 -- work 3 20
add "machine nice -20" root run --nice -20 -- work 3 20
for policy in fifo rr; do add "machine policy $policy" root run --policy $policy -- work 3 20; done
for policy in batch idle; do add "machine policy $policy" - run --policy $policy -- work 3 20; done
add "machine policy fifo, one processor" root run --policy fifo --cpus 0 -- work 3 20
for kind in fixed legacy executable; do add "machine personality $kind" - run --personality $kind -- work 3 20; done
add "machine unlimited stack" root run --limit stack=unlimited -- work 3 20
add "machine unlimited stack, fixed" root run --limit stack=unlimited --personality fixed -- limits stack 65536 during 4
for digits in 0 1 2 01 02 12 012; do add "machine descriptors $digits closed" - run --close $digits -- work 3 20; done
for digits in 2 012; do
    add "machine descriptors $digits closed, bad setting" library \
        run --close $digits --env PAGEHEAP_PACER=? -- work 3 20
done
for kind in null broken full; do
    add "machine errors to $kind" - run --error-to $kind -- work 3 20
    add "machine errors to $kind, bad setting" library run --error-to $kind --env PAGEHEAP_PACER=? -- work 3 20
done
add "machine no file may grow" - run --error-to null --limit fsize=0 -- work 3 20
pages_on() { mkdir -p "$folder/pages" && run "$@" --env "PAGEHEAP_STATISTICS_DIRECTORY=$folder/pages"  -- work 3 20; }
add "machine no file may grow, with statistics" library pages_on --error-to null --limit fsize=0
full_pages() { run --full "$folder/full" --env "PAGEHEAP_STATISTICS_DIRECTORY=$folder/full" -- "$1" "${@:2}"; }
add "machine full file system of statistics" root,library full_pages work 3 20
add "machine full file system of statistics, forks" root,library full_pages forks handlers
add "machine another user" root run --user $nobody -- work 3 20
