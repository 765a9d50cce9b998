import CPageHeap
import CPageHeapMalloc
import Synchronization

/// The process's one malloc heap: static memory, set up by the first request that a cache cannot serve, which is the
/// first one of all.
enum ProcessHeap {
    private static var untouched: UInt32 { 0 }
    private static var starting: UInt32 { 1 }
    private static var started: UInt32 { 2 }

    /// How far the heap is set up. Acquiring and releasing: whoever sees it started sees the heap.
    private static let phase = Atomic<UInt32>(0)

    /// The heap. Before it is set up its memory is zero, with which nothing can be found in it.
    @inline(__always)
    static var heap: MallocHeap<HostOperatingSystem> {
        MallocHeap(
            pageheap_process_heap().assumingMemoryBound(to: MallocState<HostOperatingSystem>.self))
    }

    /// Whether the fork that is going on has locked the heap. Relaxed: written and read under the heap's locks.
    fileprivate static let isLockedForFork = Atomic<Bool>(false)

    /// When the heap was set up, in the child of a fork when that began, in monotonic nanoseconds. Relaxed: published with the phase.
    fileprivate static let startTime = Atomic<Int64>(0)
    static var startedAt: Int64 { startTime.load(ordering: .relaxed) }

    @inline(__always)
    static var isStarted: Bool { phase.load(ordering: .acquiring) == started }

    /// Sets the heap up if nobody has.
    ///
    /// - Returns: false if the system refuses address space for it.
    @inline(never)
    static func start() -> Bool {
        while true {
            let (mine, seen) = phase.compareExchange(
                expected: untouched, desired: starting, successOrdering: .acquiring, failureOrdering: .acquiring)
            if mine { break }
            if seen == started { return true }
            pauseProcessor()
        }
        if MemoryLayout<MallocState<HostOperatingSystem>>.size > Int(PAGEHEAP_PROCESS_HEAP_BYTES)
            || MemoryLayout<ThreadCache.Memory>.size > Int(PAGEHEAP_EMPTY_CACHE_BYTES)
        {
            fatal("the static memory of the C shim is too small")
        }
        startTime.store(pageheap_monotonic_nanoseconds(), ordering: .relaxed)
        let options = Options(environment: pageheap_environment())
        guard heap.start(system: HostOperatingSystem(), configuration: options.configuration) else {
            phase.store(untouched, ordering: .releasing)
            return false
        }
        if options.configuration.hardeningLevel > 0 && !heap.checksFrees {
            var line = MessageLine()
            line.append("pageheap: no address space for PAGEHEAP_HARDENING=1; frees are checked as at level 0")
            line.writeToStandardError()
        }
        let page = options.statisticsDirectory.flatMap { pageheap_statistics_page_create($0) }
        heap.heap.publish(in: page)
        heap.watchThreadExits { threadExits($0) }
        // Before any lock of the heap can be held by another thread.
        pageheap_register_fork_handlers()
        phase.store(started, ordering: .releasing)
        return true
    }

    /// The worker's thread.
    static func startWorkerIfWanted() { heap.heap.startWorkerIfWanted { runWorker($0) } }
}

private func runWorker(_ state: UnsafeMutableRawPointer) {
    ProcessHeap.heap.heap.runWorker(for: ProcessHeap.heap)
}

private func threadExits(_ slot: UnsafeMutableRawPointer?) { ProcessHeap.heap.threadExits() }

// MARK: Fork

@c(pageheap_before_fork)
public func beforeFork() {
    guard ProcessHeap.isStarted else { return }
    ProcessHeap.heap.lockForFork()
    ProcessHeap.isLockedForFork.store(true, ordering: .relaxed)
}

@c(pageheap_after_fork_in_parent)
public func afterForkInParent() {
    // A heap that has started since the fork began is not locked by it.
    guard ProcessHeap.isLockedForFork.load(ordering: .relaxed) else { return }
    ProcessHeap.isLockedForFork.store(false, ordering: .relaxed)
    ProcessHeap.heap.unlockAfterFork()
}

@c(pageheap_after_fork_in_child)
public func afterForkInChild() {
    guard ProcessHeap.isLockedForFork.load(ordering: .relaxed) else { return }
    ProcessHeap.isLockedForFork.store(false, ordering: .relaxed)
    ProcessHeap.startTime.store(pageheap_monotonic_nanoseconds(), ordering: .relaxed)
    // The parent's page is shared with the parent: not a word may be written there.
    let directory = Options.statisticsDirectory(in: pageheap_environment())
    let page = directory.flatMap { pageheap_statistics_page_create($0) }
    ProcessHeap.heap.heap.becomeChild(page: page)
    ProcessHeap.heap.unlockAfterFork()
    ProcessHeap.heap.dropOtherThreadsCaches()
}
