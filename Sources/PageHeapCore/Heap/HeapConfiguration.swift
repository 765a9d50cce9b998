/// What a heap can be told when it starts.
package struct HeapConfiguration: Sendable {
    /// Retained on top of the estimated need, in percent, 0 to 100.
    package var retainExtraPercent = Tunables.retainExtraPercent
    /// How physical memory is given back.
    package var releaseMethod = ReleaseMethod.now
    /// Whether a worker thread releases in the background.
    package var runsWorker = true
    /// The share of the machine's CPU time that the worker aims for, 0.001 to 1.
    package var scavengeShare = Tunables.scavengeShare
    /// How the worker is paced.
    package var pacer = PacerKind.controller
    /// What ends a cycle.
    package var cycles = CycleKind.demand
    /// Whether each generation prints a line.
    package var tracesScavenger = false
    /// Whether the heap keeps the table from pages to spans.
    package var keepsSpans = false
    /// What an offset address lacks to be the process's address.
    package var arenaBaseOffset: UInt = 0

    package init() {}
}
