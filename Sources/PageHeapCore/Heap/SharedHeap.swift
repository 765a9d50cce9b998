/// A heap as the scavenger sees it that it shares with others. In memory that does not move.
package struct SharedHeap<System: OperatingSystem> {
    let heap: Heap<System>
    let scavenger: SharedScavenger<System>
    /// The next heap in the scavenger's list. Guarded by the worker's lock.
    var next: UnsafeMutablePointer<SharedHeap<System>>?

    // The worker's own.
    var cycle = DemandCycle(now: 0)
    /// What the worker used for this heap in the last ten seconds.
    var used = ShareWindow()
    /// The heap's requests that have been answered.
    var seenSignal: UInt32 = 0
    /// The worker has looked at it before.
    var isKnown = false
    /// A stretch of release found nothing: none before the next cycle, or a request, would find more.
    var isSpent = false

    init(_ heap: Heap<System>, of scavenger: SharedScavenger<System>) {
        self.heap = heap
        self.scavenger = scavenger
    }
}
