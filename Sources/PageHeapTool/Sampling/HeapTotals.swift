import CPageHeap

/// What heaps have done from their start on; ended processes count too.
struct HeapTotals: Hashable, Sendable {
    /// Given back to the system, by whom: the worker in the background, growth that offset itself, allocations that kept
    /// to the memory limit, a request, and free pages inside spans.
    var releasedInBackground = ByteCount.zero
    var releasedForGrowth = ByteCount.zero
    var releasedForLimit = ByteCount.zero
    var releasedOnRequest = ByteCount.zero
    var releasedInSpans = ByteCount.zero
    /// Used again within 1, 10 and 60 seconds after it was given back, about; each is among the next. Free pages inside
    /// spans do not count.
    var reusedWithin1 = ByteCount.zero
    var reusedWithin10 = ByteCount.zero
    var reusedWithin60 = ByteCount.zero
    /// CPU time in nanoseconds: the scavenger's own, of allocations that gave other memory back, and of requests.
    var scavengerNanoseconds: UInt64 = 0
    var assistNanoseconds: UInt64 = 0
    var forcedNanoseconds: UInt64 = 0
    /// How often the scavenger woke up, and how often its controller failed.
    var scavengerWakeUps: UInt64 = 0
    var controllerResets: UInt64 = 0
    /// System calls that gave memory back, and ranges that the kernel refused to take.
    var releaseCalls: UInt64 = 0
    var releaseFailures: UInt64 = 0
    /// 99.9 % of the holds of a heap's lock were shorter, in nanoseconds; of the heap where this is the longest.
    var usualHoldNanoseconds: UInt64 = 0

    /// All that was ever given back; memory that came back into use and was given back again counts each time.
    var released: ByteCount { releasedPages + releasedInSpans }

    /// The same without the free pages inside spans.
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
