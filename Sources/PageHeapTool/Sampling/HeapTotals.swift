import CPageHeap

/// The totals of heaps since their start, including those of processes that have ended.
struct HeapTotals: Hashable, Sendable {
    /// Bytes released to the system, by cause: by the background worker, by allocations to offset growth, by
    /// allocations to stay within the memory limit, on request, and free pages inside spans.
    var releasedInBackground = ByteCount.zero
    var releasedForGrowth = ByteCount.zero
    var releasedForLimit = ByteCount.zero
    var releasedOnRequest = ByteCount.zero
    var releasedInSpans = ByteCount.zero
    /// Bytes used again within about 1, 10 and 60 seconds after their release. Each figure includes the one before.
    /// Free pages inside spans do not count.
    var reusedWithin1 = ByteCount.zero
    var reusedWithin10 = ByteCount.zero
    var reusedWithin60 = ByteCount.zero
    /// CPU time in nanoseconds: of the scavenger, of allocations that released other memory, and of releases on
    /// request.
    var scavengerNanoseconds: UInt64 = 0
    var assistNanoseconds: UInt64 = 0
    var forcedNanoseconds: UInt64 = 0
    /// How often the scavenger woke up, and how often its controller failed.
    var scavengerWakeUps: UInt64 = 0
    var controllerResets: UInt64 = 0
    /// System calls that released memory, and ranges that the kernel refused to release.
    var releaseCalls: UInt64 = 0
    var releaseFailures: UInt64 = 0
    /// The 99.9th percentile of the hold times of a heap's lock, in nanoseconds; the longest of all heaps.
    var usualHoldNanoseconds: UInt64 = 0

    /// All bytes ever released. Memory that was used again and released again counts each time.
    var released: ByteCount { releasedPages + releasedInSpans }

    /// All bytes ever released, without free pages inside spans.
    var releasedPages: ByteCount { releasedInBackground + releasedForGrowth + releasedForLimit + releasedOnRequest }

    var scavengerSeconds: Double { Double(scavengerNanoseconds) * 1e-9 }
    var assistSeconds: Double { Double(assistNanoseconds) * 1e-9 }
    var forcedSeconds: Double { Double(forcedNanoseconds) * 1e-9 }

    static func += (left: inout HeapTotals, right: HeapTotals) {
        left.releasedInBackground += right.releasedInBackground
        left.releasedForGrowth += right.releasedForGrowth
        left.releasedForLimit += right.releasedForLimit
        left.releasedOnRequest += right.releasedOnRequest
        left.releasedInSpans += right.releasedInSpans
        left.reusedWithin1 += right.reusedWithin1
        left.reusedWithin10 += right.reusedWithin10
        left.reusedWithin60 += right.reusedWithin60
        left.scavengerNanoseconds &+= right.scavengerNanoseconds
        left.assistNanoseconds &+= right.assistNanoseconds
        left.forcedNanoseconds &+= right.forcedNanoseconds
        left.scavengerWakeUps &+= right.scavengerWakeUps
        left.controllerResets &+= right.controllerResets
        left.releaseCalls &+= right.releaseCalls
        left.releaseFailures &+= right.releaseFailures
        left.usualHoldNanoseconds = max(left.usualHoldNanoseconds, right.usualHoldNanoseconds)
    }
}

extension HeapTotals {
    init(_ page: pageheap_figures) {
        releasedInBackground = ByteCount(page.released_background_total)
        releasedForGrowth = ByteCount(page.released_growth_total)
        releasedForLimit = ByteCount(page.released_limit_total)
        releasedOnRequest = ByteCount(page.released_forced_total)
        releasedInSpans = ByteCount(page.released_in_spans_total)
        reusedWithin1 = ByteCount(page.reused_1_bytes)
        reusedWithin10 = ByteCount(page.reused_10_bytes)
        reusedWithin60 = ByteCount(page.reused_60_bytes)
        scavengerNanoseconds = page.scavenger_cpu_nanoseconds
        assistNanoseconds = page.assist_cpu_nanoseconds
        forcedNanoseconds = page.forced_cpu_nanoseconds
        scavengerWakeUps = page.scavenger_wake_ups
        controllerResets = page.controller_resets
        releaseCalls = page.release_calls
        releaseFailures = page.release_failures
        usualHoldNanoseconds = page.hold_p999_nanoseconds
    }
}
