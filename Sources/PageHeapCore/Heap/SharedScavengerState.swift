import Synchronization

/// The whole state of a scavenger that several heaps share, in memory that does not move. Accessed through the handle
/// ``SharedScavenger``.
package struct SharedScavengerState<System: OperatingSystem>: ~Copyable {
    /// The state of the worker's thread. Its lock guards everything below that may change.
    package let worker = WorkerState()
    let system: System
    /// The share of CPU time that the worker aims for over all heaps, 0.001 to 1, and how it is paced.
    let share: Double
    let pacer: PacerKind

    /// The ring of heaps, the next one to look at first.
    var first: UnsafeMutablePointer<SharedHeap<System>>?
    var last: UnsafeMutablePointer<SharedHeap<System>>?
    var count: UInt = 0
    /// The heap that the worker is looking at, if any.
    var current: UnsafeMutablePointer<SharedHeap<System>>?
    /// Whether a thread waits until the worker looks away from `current`.
    var isAwaited = false
    /// Counts turns that ended while a thread waited for that: the word that it sleeps on.
    let turns = Atomic<UInt32>(0)
    /// References to this memory: the owner's, and one for each attached heap that is not torn down yet.
    var references: UInt = 1

    package init(_ system: System, share: Double, pacer: PacerKind) {
        self.system = system
        self.share = share
        self.pacer = pacer
    }
}
