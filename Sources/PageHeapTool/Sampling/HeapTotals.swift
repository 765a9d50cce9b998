import CPageHeap

/// What heaps have done from their start on; ended processes count too.
struct HeapTotals: Hashable, Sendable {
    /// Given back to the system, by whom: the worker in the background, growth that offset itself, a request, and free
    /// pages inside spans.
    var releasedInBackground = ByteCount.zero
    var releasedForGrowth = ByteCount.zero
    var releasedOnRequest = ByteCount.zero
    var releasedInSpans = ByteCount.zero
    /// The scavenger's own CPU time in nanoseconds.
    var scavengerNanoseconds: UInt64 = 0
    /// System calls that gave memory back, and ranges that the kernel refused to take.
    var releaseCalls: UInt64 = 0
    var releaseFailures: UInt64 = 0

    /// All that was ever given back; memory that came back into use and was given back again counts each time.
    var released: ByteCount { releasedInBackground + releasedForGrowth + releasedOnRequest + releasedInSpans }

    var scavengerSeconds: Double { Double(scavengerNanoseconds) * 1e-9 }

    static func += (left: inout HeapTotals, right: HeapTotals) {
        left.releasedInBackground += right.releasedInBackground
        left.releasedForGrowth += right.releasedForGrowth
        left.releasedOnRequest += right.releasedOnRequest
        left.releasedInSpans += right.releasedInSpans
        left.scavengerNanoseconds &+= right.scavengerNanoseconds
        left.releaseCalls &+= right.releaseCalls
        left.releaseFailures &+= right.releaseFailures
    }
}

extension HeapTotals {
    init(_ page: pageheap_figures) {
        releasedInBackground = ByteCount(page.released_background_total)
        releasedForGrowth = ByteCount(page.released_growth_total)
        releasedOnRequest = ByteCount(page.released_forced_total)
        releasedInSpans = ByteCount(page.released_in_spans_total)
        scavengerNanoseconds = page.scavenger_cpu_nanoseconds
        releaseCalls = page.release_calls
        releaseFailures = page.release_failures
    }
}
