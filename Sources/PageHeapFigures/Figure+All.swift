extension Figure {
    /// All figures, in the order of the fields of `struct pageheap_statistics`. The counts of lock holds are no single
    /// figures: see ``LockHoldCounts``.
    package static let all = memory + released + work

    private static let memory = [
        Figure(
            "system_bytes", \.system_bytes, "Memory made accessible for the heap; the next five figures add up to it.",
            property: "systemByteCount", trace: "system", metric: Series("pageheap_system_bytes")),
        Figure(
            "in_use_bytes", \.in_use_bytes,
            "Pages in use, without the parts of them that were given back; an upper bound of their physical memory.",
            property: "inUseByteCount", trace: "used", metric: Series("pageheap_memory_bytes", ("state", "in_use"))),
        Figure(
            "cached_bytes", \.cached_bytes, "Free pages in page caches; an upper bound of their physical memory.",
            property: "cachedByteCount", trace: "cached", metric: Series("pageheap_memory_bytes", ("state", "cached"))),
        Figure(
            "free_retained_bytes", \.free_retained_bytes,
            "Free pages that may be given back; an upper bound of their physical memory.",
            property: "freeRetainedByteCount", metric: Series("pageheap_memory_bytes", ("state", "free_retained"))),
        Figure(
            "released_bytes", \.released_bytes, "Free pages without physical memory.",
            property: "releasedByteCount", trace: "released",
            metric: Series("pageheap_memory_bytes", ("state", "released"))
        ),
        Figure(
            "released_in_use_bytes", \.released_in_use_bytes,
            "Parts of pages in use that were given back: holes in the spans of a malloc, discarded contents of runs.",
            property: "releasedInUseByteCount", trace: "releasedInUse",
            metric: Series("pageheap_memory_bytes", ("state", "released_in_use"))),
        Figure(
            "metadata_bytes", \.metadata_bytes,
            "Memory made accessible for the heap's own books, apart from the above; much of it is untouched.",
            property: "metadataByteCount", trace: "metadata", metric: Series("pageheap_metadata_bytes")),
        Figure("live_bytes", \.live_bytes, "Blocks of a malloc that the program or a thread's cache holds."),
        Figure(
            "goal_bytes", \.goal_bytes, "The goal for retained memory; absent while there is nothing to release.",
            property: "goalByteCount", trace: "goal", metric: Series("pageheap_goal_bytes")),
        Figure(
            "memory_limit_bytes", \.memory_limit_bytes,
            "The limit on retained memory and metadata; absent while there is none.",
            property: "memoryLimitByteCount", metric: Series("pageheap_memory_limit_bytes")),
        Figure(
            "limit_goal_bytes", \.limit_goal_bytes,
            "The goal for retained memory and metadata that follows from the limit; absent while there is none.",
            trace: "limitGoal"),
    ]

    private static let released = [
        Figure(
            "returned_bytes_total", \.returned_bytes_total,
            "Physical memory that was given back, as the kernel counted it just before.",
            property: "returnedTotalByteCount", trace: "returnedTotal", metric: Series("pageheap_returned_bytes_total")),
        Figure(
            "released_background_bytes_total", \.released_background_bytes_total,
            "Free pages released in the background, touched or not.",
            property: "releasedInBackgroundTotalByteCount", trace: "backgroundTotal",
            metric: Series("pageheap_released_bytes_total", ("cause", "background"))),
        Figure(
            "released_growth_bytes_total", \.released_growth_bytes_total,
            "Free pages released by allocations, to offset growth, touched or not.",
            property: "releasedAtGrowthTotalByteCount", trace: "growthTotal",
            metric: Series("pageheap_released_bytes_total", ("cause", "growth"))),
        Figure(
            "released_limit_bytes_total", \.released_limit_bytes_total,
            "Free pages released by allocations, to keep to the limit, touched or not.",
            property: "releasedForLimitTotalByteCount", trace: "limitTotal",
            metric: Series("pageheap_released_bytes_total", ("cause", "limit"))),
        Figure(
            "released_forced_bytes_total", \.released_forced_bytes_total,
            "Free pages released on request, touched or not.",
            property: "releasedOnRequestTotalByteCount", trace: "forcedTotal",
            metric: Series("pageheap_released_bytes_total", ("cause", "request"))),
        Figure(
            "released_in_use_bytes_total", \.released_in_use_bytes_total,
            "Parts of pages in use that were given back, for whatever reason, touched or not.",
            property: "releasedInUseTotalByteCount", trace: "inUseTotal",
            metric: Series("pageheap_released_bytes_total", ("cause", "in_use"))),
        Figure(
            "reused_within_1_second_bytes_total", \.reused_within_1_second_bytes_total,
            "Free pages used again within about a second of their release. Counted by 4 MiB of heap, so it may exceed what was released.",
            property: "reusedWithin1SecondTotalByteCount",
            metric: Series("pageheap_reused_bytes_total", ("within_seconds", "1"))),
        Figure(
            "reused_within_10_seconds_bytes_total", \.reused_within_10_seconds_bytes_total,
            "The same within 10 seconds.", property: "reusedWithin10SecondsTotalByteCount",
            metric: Series("pageheap_reused_bytes_total", ("within_seconds", "10"))),
        Figure(
            "reused_within_60_seconds_bytes_total", \.reused_within_60_seconds_bytes_total,
            "The same within 60 seconds.", property: "reusedWithin60SecondsTotalByteCount",
            metric: Series("pageheap_reused_bytes_total", ("within_seconds", "60"))),
        Figure(
            "release_calls_total", \.release_calls_total,
            "System calls that released memory; a call for several ranges counts once.",
            property: "releaseCallCount", trace: "calls", metric: Series("pageheap_release_calls_total")),
        Figure(
            "release_failures_total", \.release_failures_total, "Ranges whose memory the system refused to take back.",
            property: "releaseFailureCount", trace: "failures", metric: Series("pageheap_release_failures_total")),
        Figure(
            "generations_total", \.generations_total, "How often the search for free memory has started over.",
            property: "generation", metric: Series("pageheap_scavenger_generations_total")),
    ]

    private static let work = [
        Figure(
            "controller_resets_total", \.controller_resets_total,
            "How often the pacer's controller failed and was reset.",
            property: "controllerResetCount", trace: "resets", metric: Series("pageheap_pacer_resets_total")),
        Figure(
            "worker_wake_ups_total", \.worker_wake_ups_total, "How often the background worker woke up.",
            property: "workerWakeUpCount", metric: Series("pageheap_scavenger_wakeups_total")),
        Figure(
            "worker_starts_total", \.worker_starts_total, "How often the background worker's thread was started."),
        Figure(
            "worker_start_failures_total", \.worker_start_failures_total,
            "How often the system refused the background worker's thread."),
        Figure(
            "worker_cpu_nanoseconds_total", \.worker_cpu_nanoseconds_total, "CPU time of the background worker.",
            property: "scavengerSeconds", trace: "workerTime",
            metric: Series("pageheap_scavenger_cpu_seconds_total")),
        Figure(
            "assist_cpu_nanoseconds_total", \.assist_cpu_nanoseconds_total,
            "CPU time that allocations spent on releasing other memory.",
            property: "assistSeconds", metric: Series("pageheap_assist_cpu_seconds_total")),
        Figure(
            "forced_cpu_nanoseconds_total", \.forced_cpu_nanoseconds_total, "CPU time of releases on request.",
            property: "forcedReleaseSeconds", metric: Series("pageheap_request_cpu_seconds_total")),
        Figure(
            "worker_recent_cpu_nanoseconds", \.worker_recent_cpu_nanoseconds,
            "CPU time of the background worker in the minute before its last round; 0 if that is over a minute ago.",
            trace: "workerTimeMinute"),
        Figure(
            "age_nanoseconds", \.age_nanoseconds, "How long ago the heap began, or the forked child that has it."),
        Figure(
            "caller_release", \.caller_release,
            "Whether calls of the program release in the worker's place: 0 no, 1 for a time, 2 for good."),
        Figure(
            "memory_limit_origin", \.memory_limit_origin,
            "Where the limit comes from: 0 there is none, 1 a setting or a call, 2 the container, 3 the hard limit."),
        Figure(
            "pressure_findings_total", \.pressure_findings_total,
            "How often a look at the container or the machine found tasks waiting for memory."),
        Figure(
            "hard_limit_bytes", \.hard_limit_bytes,
            "The limit beyond which requests are refused; absent while there is none."),
    ]
}
