/// The shared scavenger's record of one heap, in memory that does not move.
package struct SharedHeap<System: OperatingSystem> {
    let heap: Heap<System>
    let scavenger: SharedScavenger<System>
    /// The next heap in the scavenger's ring. Guarded by the worker's lock.
    var next: UnsafeMutablePointer<SharedHeap<System>>?

    // The fields below belong to the worker alone.
    var cycle = DemandCycle(now: 0)
    /// CPU time that the worker used for this heap in the last ten seconds.
    var used = ShareWindow()
    /// The heap's signal as of the last request that was served.
    var seenSignal: UInt32 = 0
    /// Whether the worker has looked at the heap before.
    var isKnown = false
    /// Whether a stretch of release found nothing: before the next cycle or request, another one would find no more.
    var isSpent = false

    init(_ heap: Heap<System>, of scavenger: SharedScavenger<System>) {
        self.heap = heap
        self.scavenger = scavenger
    }
}
