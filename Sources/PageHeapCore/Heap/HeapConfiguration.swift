/// What a heap can be told when it starts.
package struct HeapConfiguration: Sendable {
    /// Retained on top of the estimated need, in percent, 0 to 100.
    package var retainExtraPercent = Tunables.retainExtraPercent
    /// The most bytes that the heap and its metadata should have from the system; nothing where there is no limit. It is
    /// soft: a program that needs more gets more.
    package var memoryLimit: ByteCount?
    /// How physical memory is given back.
    package var releaseMethod = ReleaseMethod.now
    /// Whether memory is released in the background.
    package var runsWorker = true
    /// Whether the program's own calls release it, a little each time, and no thread does.
    package var releasesInCallers = false
    /// Nanoseconds without anything to do after which the worker ends, to be started again when it is wanted; nil if it
    /// stays.
    package var workerIdleNanoseconds: Int64?
    /// The share of the machine's CPU time that the worker aims for, 0.001 to 1.
    package var scavengeShare = Tunables.scavengeShare
    /// How the worker is paced.
    package var pacer = PacerKind.controller
    /// What ends a cycle.
    package var cycles = CycleKind.demand
    /// Whether each generation prints a line, and in which form.
    package var trace = TraceKind.none
    /// What wrong frees are caught at the call: 0, or 1 for all of small blocks too. Needs ``keepsSpans``.
    package var hardeningLevel: UInt = 0
    /// Whether the heap keeps the table from pages to spans.
    package var keepsSpans = false
    /// Whether the heap lies on huge pages.
    package var hugePages = HugePageUse.system
    /// What an offset address lacks to be the process's address.
    package var arenaBaseOffset: UInt = 0

    /// Bytes of address space that the heap reserves at a time, as a rule.
    package var reservationBytes: ByteCount {
        keepsSpans ? Tunables.mallocReservationBytes : Tunables.reservationBytes
    }

    /// Bytes of the first chunk that are mapped when it is added; a malloc withholds the rest until it is needed.
    package var firstBytes: ByteCount { keepsSpans ? Tunables.mallocFirstBytes : PageGeometry.chunkBytes }

    package init() {}

    /// The same with every number in its range: a heap works with whatever it is told. A share that is no number becomes
    /// the least.
    package var bounded: HeapConfiguration {
        var bounded = self
        bounded.retainExtraPercent = min(retainExtraPercent, Tunables.retainExtraPercentLimit)
        bounded.scavengeShare =
            scavengeShare >= Tunables.scavengeShareMinimum
            ? min(scavengeShare, Tunables.scavengeShareLimit) : Tunables.scavengeShareMinimum
        return bounded
    }
}
