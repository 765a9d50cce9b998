import PageHeapCore

/// Gives the free memory of several heaps back in the background, on one thread and with one share of CPU time.
///
/// A ``PageHeap/PageHeap`` has a scavenger of its own unless it is made with one of these. Many heaps in one process are
/// better off sharing one: otherwise each has a thread, and may use a percent of the machine's CPU time.
///
/// ```swift
/// let scavenger = try Scavenger(cpuPercent: 1)
/// let pages = try PageHeap(scavenger: scavenger)
/// let indexes = try PageHeap(scavenger: scavenger)
/// print(pages.statistics.retainedBytes + indexes.statistics.retainedBytes)
/// ```
///
/// Each heap keeps its own goal. Of those that have memory to give back, each gets as much time as any other. When none has,
/// the thread sleeps, without a timer, until something is freed that matters in one of them.
///
/// Heaps come by being made, and go by being torn down, at any time and on any thread; one that goes waits for the system
/// call that the scavenger is in for it. The thread begins when the first heap has something to give back, and ends when neither a
/// heap nor a reference to the scavenger is left. Heaps keep their scavenger; who makes it need not.
public final class Scavenger: Sendable {
    let scavenger: SystemScavenger

    /// Makes a scavenger. No thread begins before a heap needs it.
    ///
    /// - Parameters:
    ///   - cpuPercent: the share of the machine's CPU time to aim for, over all heaps together, in percent: 0.1 to 100. Over
    ///     any ten seconds it is at most a tenth more. In its heaps' configurations,
    ///     ``PageHeap/PageHeap/Configuration/scavengePercent`` does not matter.
    ///   - pacer: how the thread keeps to that share. In its heaps' configurations,
    ///     ``PageHeap/PageHeap/Configuration/pacer`` does not matter.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/system(_:)`` if the system refuses memory.
    /// - Complexity: O(1).
    public init(
        cpuPercent: Double = 1, pacer: PageHeap.Configuration.Pacer = .controller
    ) throws(PageHeapError) {
        let share = try PageHeap.Configuration.checkedShare(cpuPercent, named: "cpuPercent")
        guard let scavenger = SystemScavenger(share: share, pacer: pacer.kind) else { throw .system(.noMemory) }
        self.scavenger = scavenger
    }

    deinit { scavenger.dropReference() }
}
