import CPageHeap
import Synchronization

/// A thread's slot: the thread's current cache, and its busy flag.
///
/// The owner's protocol: store *busy*, then load the cache pointer, work, clear *busy*. Only the compiler must keep
/// that order; the drainer pays for the processors' part with a membarrier. The accesses are relaxed atomics, because
/// the drainer reads and writes them too.
package struct ThreadSlot {
    package let slot: UnsafeMutablePointer<pageheap_thread_slot>

    /// The calling thread's slot.
    @inline(__always)
    package static var current: ThreadSlot { ThreadSlot(slot: pageheap_thread_slot()) }

    @inline(__always)
    private var cachePointer: UnsafeMutablePointer<Atomic<UInt>> {
        UnsafeMutableRawPointer(slot).assumingMemoryBound(to: Atomic<UInt>.self)
    }

    @inline(__always)
    private var busyPointer: UnsafeMutablePointer<Atomic<UInt32>> {
        (UnsafeMutableRawPointer(slot) + MemoryLayout<UInt>.size).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// Marks the thread busy and returns its cache. Must be paired with ``leave()``.
    @inline(__always)
    package func enter() -> ThreadCache {
        busyPointer.pointee.store(1, ordering: .relaxed)
        pageheap_compiler_fence()
        return cache
    }

    @inline(__always)
    package func leave() {
        pageheap_compiler_fence()
        busyPointer.pointee.store(0, ordering: .relaxed)
    }

    /// The cache that the thread would work on now.
    @inline(__always)
    var cache: ThreadCache {
        ThreadCache(
            UnsafeMutableRawPointer(bitPattern: cachePointer.pointee.load(ordering: .relaxed)).unsafelyUnwrapped)
    }

    func setCache(_ cache: ThreadCache) {
        cachePointer.pointee.store(UInt(bitPattern: cache.memory), ordering: .relaxed)
    }

    var isBusy: Bool { busyPointer.pointee.load(ordering: .relaxed) != 0 }

    /// The thread's own cache, even while it works on the empty one; `nil` if it has none.
    package var ownCache: ThreadCache? {
        get { slot.pointee.own_cache.map { ThreadCache($0) } }
        nonmutating set { slot.pointee.own_cache = newValue?.memory }
    }

    /// Counts a free by a thread that has had no cache yet.
    ///
    /// - Returns: true if the thread has freed enough blocks to be given a cache.
    func countBareFree() -> Bool {
        slot.pointee.bare_frees &+= 1
        return slot.pointee.bare_frees > Tunables.freesWithoutCache
    }

    /// Counts anew, after a cache was refused.
    func forgetBareFrees() { slot.pointee.bare_frees = 0 }

    /// The registration state of a thread. `exited` is PAGEHEAP_THREAD_WITHOUT_CACHE: the thread works without a cache
    /// from now on.
    package enum State: UInt32 {
        case new, registering, registered, exited
    }

    package var state: State {
        get { State(rawValue: slot.pointee.state) ?? .exited }
        nonmutating set { slot.pointee.state = newValue.rawValue }
    }
}
