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

    /// When the heap was set up, in the child of a fork when that began, in monotonic nanoseconds. Relaxed: published with
    /// the phase.
    static let startTime = Atomic<Int64>(0)
    static var startedAt: Int64 { startTime.load(ordering: .relaxed) }

    @inline(__always)
    static var isStarted: Bool { phase.load(ordering: .acquiring) == started }

    /// Makes the heap ready: sets it up if nobody has, adopts it in a copy of the process that set it up.
    ///
    /// - Returns: false if the system refuses address space for it.
    @inline(__always)
    static func isReady() -> Bool { ProcessCopies.isReady || becomeReady() }

    /// The same, but does not set the heap up.
    @inline(__always)
    static func isReadyIfStarted() -> Bool { ProcessCopies.isReady || isStarted && becomeReady() }

    @inline(never)
    private static func becomeReady() -> Bool {
        guard isStarted else { return start() }
        ProcessCopies.adopt()
        return true
    }

    /// Sets the heap up if nobody has.
    ///
    /// - Returns: false if the system refuses address space for it.
    @inline(never)
    private static func start() -> Bool {
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
        var options = Options(environment: pageheap_environment())
        options.configuration.workerIdleNanoseconds = Tunables.workerIdleNanoseconds
        if options.configuration.releasesInCallers { pageheap_keep_to_plain_calls() }
        pageheap_note_process_attributes()
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
        // If the library's constructor has not done so. Before any lock of the heap can be held by another thread.
        pageheap_register_fork_handlers()
        // In this order: a heap that is started and not ready is taken for a copy's.
        ProcessCopies.becomeReady()
        phase.store(started, ordering: .releasing)
        return true
    }

    // MARK: The scavenger

    /// What a call that took the long way does for the scavenger, at its end: starts a worker that is wanted, or does a
    /// little of its work.
    @inline(__always)
    static func serveScavenger() {
        if heap.heap.needsCallers { serve() }
    }

    @inline(never)
    private static func serve() {
        heap.heap.beginService()
        heap.heap.releaseInCallerIfWanted(for: heap)
        if heap.heap.wantsWorker { startWorker() }
        if heap.heap.takeQuotaRequest() { pageheap_read_processor_quota() }
        heap.heap.endService()
    }

    @inline(never)
    private static func startWorker() {
        // A fork's handlers are at work, or the program is being stopped.
        // So is the child of a vfork, whose threads end with it.
        if LockPassage.isOpen || !pageheap_is_noted_process() { return }
        heap.heap.startWorkerIfWanted {
            pageheap_read_processor_quota()
            return pageheap_start_bare_thread({ runWorker($0) }, UnsafeMutableRawPointer(heap.state)) == 0
        }
    }

    /// Ends the worker, until ``endHoldOff(delay:)``.
    static func holdOffWorker() { heap.heap.holdOffWorker { pageheap_join_bare_thread() } }
}

private func runWorker(_ state: UnsafeMutableRawPointer) {
    ProcessHeap.heap.heap.runWorker(for: ProcessHeap.heap)
}

private func threadExits(_ slot: UnsafeMutableRawPointer?) {
    guard ProcessHeap.isReady() else { return }
    ProcessHeap.heap.threadExits()
    // A safe place for what a free in the thread's end has put off.
    ProcessHeap.serveScavenger()
}

// MARK: Before the program changes what its threads are

/// The program is about to make a call that the kernel refuses where there are several threads, or that the C library
/// carries over to the threads that it knows: the worker has ended when this returns.
@c(pageheap_end_worker)
public func endWorker() {
    guard ProcessHeap.isReadyIfStarted(), !LockPassage.isOpen, pageheap_has_bare_thread(),
        pageheap_is_noted_process()
    else { return }
    ProcessHeap.holdOffWorker()
    ProcessHeap.heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds)
}

/// The program is about to give up system calls: from now on the heap makes only those of an ordinary malloc.
@c(pageheap_prepare_for_sandbox)
public func prepareForSandbox() {
    // The child of a vfork has its parent's heap, and a sandbox of its own.
    guard ProcessHeap.isReady(), !LockPassage.isOpen, pageheap_is_noted_process() else { return }
    ProcessHeap.heap.heap.releaseInCallersForGood()
    ProcessHeap.holdOffWorker()
    // What has to be asked for while it can be.
    _ = pageheap_largest_request_bytes()
    pageheap_keep_to_plain_calls()
    ProcessHeap.heap.heap.endHoldOff(delay: 0)
}
