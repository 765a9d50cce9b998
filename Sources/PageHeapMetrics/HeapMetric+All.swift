import PageHeap

extension HeapMetric {
    /// All metrics, in the order of the table in `Documentation/metrics.md`.
    public static let all = memory + scavenger + locks + malloc + [snapshotDuration]

    private static let memory = [
        HeapMetric(
            .gauge, "pageheap_memory_bytes", .bytes,
            "The heap's memory by state; the states add up to pageheap_system_bytes.",
            [
                .gauge(("state", "in_use")) { $0.heap.inUseByteCount },
                .gauge(("state", "cached")) { $0.heap.cachedByteCount },
                .gauge(("state", "free_retained")) { $0.heap.freeRetainedByteCount },
                .gauge(("state", "released")) { $0.heap.releasedByteCount },
                .gauge(("state", "released_in_use")) { $0.heap.releasedInUseByteCount },
            ]),
        HeapMetric("system_bytes", .bytes, .gauge { $0.heap.systemByteCount }),
        HeapMetric(
            .gauge, "pageheap_retained_bytes", .bytes,
            "What the heap keeps: the states in_use, cached and free_retained; an upper bound of its physical memory.",
            [.gauge { $0.heap.retainedByteCount }]),
        HeapMetric("metadata_bytes", .bytes, .gauge { $0.heap.metadataByteCount }),
        HeapMetric("goal_bytes", .bytes, .gauge { $0.heap.goalByteCount }),
        HeapMetric("memory_limit_bytes", .bytes, .gauge { $0.heap.memoryLimitByteCount }),
    ]

    private static let scavenger = [
        HeapMetric("returned_bytes_total", .bytes, .count { $0.heap.returnedTotalByteCount }),
        HeapMetric(
            .counter, "pageheap_released_bytes_total", .bytes,
            "Pages released, touched or not, by cause; in_use: parts of pages in use, whatever the cause.",
            [
                .count(("cause", "background")) { $0.heap.releasedInBackgroundTotalByteCount },
                .count(("cause", "growth")) { $0.heap.releasedAtGrowthTotalByteCount },
                .count(("cause", "limit")) { $0.heap.releasedForLimitTotalByteCount },
                .count(("cause", "request")) { $0.heap.releasedOnRequestTotalByteCount },
                .count(("cause", "in_use")) { $0.heap.releasedInUseTotalByteCount },
            ]),
        HeapMetric(
            .counter, "pageheap_reused_bytes_total", .bytes,
            "Memory reused within about this time after its release; each time includes the shorter ones.",
            [
                .count(("within_seconds", "1")) { $0.heap.reusedWithin1SecondTotalByteCount },
                .count(("within_seconds", "10")) { $0.heap.reusedWithin10SecondsTotalByteCount },
                .count(("within_seconds", "60")) { $0.heap.reusedWithin60SecondsTotalByteCount },
            ]),
        HeapMetric("release_calls_total", .count, .count { $0.heap.releaseCallCount }),
        HeapMetric("release_failures_total", .count, .count { $0.heap.releaseFailureCount }),
        HeapMetric("generations_total", .count, .count { $0.heap.generation }),
        HeapMetric("worker_wake_ups_total", .count, .count { $0.heap.workerWakeUpCount }),
        HeapMetric("controller_resets_total", .count, .count { $0.heap.controllerResetCount }),
        HeapMetric("worker_cpu_nanoseconds_total", .seconds, .seconds { $0.heap.scavengerSeconds }),
        HeapMetric("assist_cpu_nanoseconds_total", .seconds, .seconds { $0.heap.assistSeconds }),
        HeapMetric("forced_cpu_nanoseconds_total", .seconds, .seconds { $0.heap.forcedReleaseSeconds }),
        HeapMetric(
            .gauge, "pageheap_scavenger_cpu_ratio", .ratio,
            "The background worker's share of all processors' time, in its last minute.",
            [.fraction { $0.heap.scavengerRecentShare }]),
    ]

    private static let locks = [
        HeapMetric(
            .gauge, "pageheap_lock_hold_seconds", .seconds,
            "How long the heap's lock was held, in ordinary work and during releases on request; absent without samples.",
            [
                .fraction(("during", "work"), ("quantile", "0.5")) { half($0.heap.lockHolds) },
                .fraction(("during", "work"), ("quantile", "0.999")) { nearlyAll($0.heap.lockHolds) },
                .fraction(("during", "request"), ("quantile", "0.5")) { half($0.heap.forcedLockHolds) },
                .fraction(("during", "request"), ("quantile", "0.999")) { nearlyAll($0.heap.forcedLockHolds) },
            ])
    ]

    private static let malloc = [
        HeapMetric(
            .gauge, "pageheap_malloc_block_bytes", .bytes, "Memory in blocks that the program holds.",
            [.gauge { $0.malloc?.blockByteCount }]),
        HeapMetric(
            .gauge, "pageheap_malloc_thread_cache_bytes", .bytes, "Memory in free blocks in thread caches.",
            [.gauge { $0.malloc?.threadCacheByteCount }]),
        HeapMetric(
            .gauge, "pageheap_malloc_thread_cache_blocks", .count, "Free blocks in thread caches.",
            [.gauge { $0.malloc?.threadCacheBlockCount }]),
        HeapMetric(
            .gauge, "pageheap_malloc_thread_caches", .count, "How many threads have a cache.",
            [.gauge { $0.malloc?.threadCacheCount }]),
    ]

    /// The duration of a snapshot, the only metric of an event. The reporter measures it; no snapshot contains it.
    static let snapshotDuration = HeapMetric(
        .timer, "pageheap_snapshot_duration_seconds", .seconds,
        "How long it took to read the figures for a report.", [])

    private static func half(_ holds: PagedHeap.Statistics.LockHolds) -> Double? {
        holds.sampleCount == 0 ? nil : Double(holds.p50Nanoseconds) / 1e9
    }

    private static func nearlyAll(_ holds: PagedHeap.Statistics.LockHolds) -> Double? {
        holds.sampleCount == 0 ? nil : Double(holds.p999Nanoseconds) / 1e9
    }
}
