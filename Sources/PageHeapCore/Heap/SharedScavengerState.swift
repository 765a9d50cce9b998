import Synchronization

/// All of a scavenger that several heaps share, in memory that does not move. Reached through ``SharedScavenger``, a
/// handle.
package struct SharedScavengerState<System: OperatingSystem>: ~Copyable {
    /// The worker's thread. Its lock guards all below that may change.
    package let worker = WorkerState()
    let system: System
    /// The share of CPU time that the worker aims for over all heaps, and how it is paced.
    let share: Double
    let pacer: PacerKind

    /// The heaps that the worker looks after, the next one to be looked at first.
    var first: UnsafeMutablePointer<SharedHeap<System>>?
    var last: UnsafeMutablePointer<SharedHeap<System>>?
    var count: UInt = 0
    /// The one that the worker is looking at.
    var current: UnsafeMutablePointer<SharedHeap<System>>?
    /// Somebody waits until the worker looks away from it.
    var isAwaited = false
    /// Changes when the worker looks away from a heap for which somebody waits.
    let turns = Atomic<UInt32>(0)
    /// Those who need this memory: the owner, and each heap that is not torn down yet.
    var references: UInt = 1

    package init(_ system: System, share: Double, pacer: PacerKind) {
        self.system = system
        self.share = share
        self.pacer = pacer
    }
}
