import CPageHeap
import CPageHeapMalloc
import Synchronization

/// The process's one malloc heap, in static memory. It is set up by the first request that a cache cannot serve: the
/// process's first request.
enum ProcessHeap {
    private static var untouched: UInt32 { 0 }
    private static var starting: UInt32 { 1 }
    private static var started: UInt32 { 2 }

    /// How far the heap is set up. Acquiring and releasing, so that a thread that sees it started sees the heap's
    /// contents.
    private static let phase = Atomic<UInt32>(0)

    /// The heap. Before it is set up its memory is zero, so no address is found in it.
    @inline(__always)
    static var heap: MallocHeap<HostOperatingSystem> {
        MallocHeap(
            pageheap_process_heap().assumingMemoryBound(to: MallocState<HostOperatingSystem>.self))
    }

    @inline(__always)
    static var isStarted: Bool { phase.load(ordering: .acquiring) == started }

    /// Makes the heap ready: sets it up if it is not, and adopts it in a copy of the process that set it up.
    ///
    /// - Returns: false if the system refuses address space for it.
    @inline(__always)
    static func isReady() -> Bool { ProcessCopies.isReady || becomeReady() }

    /// Makes the heap ready as ``isReady()`` does, but does not set it up.
    ///
    /// - Returns: false if the heap is not set up.
    @inline(__always)
    static func isReadyIfStarted() -> Bool { ProcessCopies.isReady || isStarted && becomeReady() }

    @inline(never)
    private static func becomeReady() -> Bool {
        guard isStarted else { return start() }
        ProcessCopies.adopt()
        return true
    }

    /// Sets the heap up, or waits until another thread has done so.
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
            || ThreadCache.emptyBytes > Int(PAGEHEAP_EMPTY_CACHE_BYTES)
        {
            fatal("the static memory of the C shim is too small")
        }
        var options = Options(environment: pageheap_environment())
        options.configuration.workerIdleNanoseconds = Tunables.workerIdleNanoseconds
        if let root = options.systemRoot { pageheap_set_system_root(root) }
        if options.configuration.releasesInCallers { pageheap_keep_to_plain_calls() }
        if let problem = options.profileDirectory.flatMap({ pageheap_folder_problem($0) }) {
            options.ignoreProfileDirectory(problem)
        }
        pageheap_note_process_attributes()
        guard
            heap.start(
                system: HostOperatingSystem(), configuration: options.configuration, hardening: options.hardening,
                guardInterval: options.guardInterval, samples: options.samples)
        else {
            phase.store(untouched, ordering: .releasing)
            return false
        }
        beginHardening(options.hardening)
        if options.samples.meanBytes != 0 { watchSamples(for: options.profileDirectory) }
        if options.keepsStatisticsFile { pageheap_keep_statistics_file() }
        let allowsControl = options.configuration.servesControl
        let page = options.statisticsDirectory.flatMap { directory in
            var problem = directory
            let page = pageheap_publish_in(directory, allowsControl, &problem)
            if page == nil { options.ignoreStatisticsDirectory(problem) }
            return page
        }
        heap.heap.publish(in: page)
        heap.heap.beginControl()
        heap.watchThreadExits { threadExits($0) }
        // In case the library's constructor has not run yet. Must come before another thread can hold a
        // lock of the heap.
        pageheap_register_fork_handlers()
        // In this order: a heap that is started but not ready is taken for one in a copy of the process.
        ProcessCopies.becomeReady()
        phase.store(started, ordering: .releasing)
        return true
    }

    // MARK: Hardening

    /// Says what of a hardening level the system refused, and arranges for reports at level 2.
    private static func beginHardening(_ level: HardeningLevel) {
        var line = MessageLine()
        if level != .unhardened && !heap.checksFrees {
            line.append("pageheap: no address space for PAGEHEAP_HARDENING; frees are checked as at level 0")
            line.writeToStandardError()
        }
        guard level == .full else { return }
        if !heap.isHardened || !heap.hasGuards {
            line = MessageLine()
            line.append(
                heap.isHardened
                    ? "pageheap: PAGEHEAP_HARDENING=2 has no guard pages here: they need Linux 6.13"
                    : "pageheap: no memory for PAGEHEAP_HARDENING=2; it is level 1")
            line.writeToStandardError()
        }
        heap.seedRandom(pageheap_random())
        guard heap.hasGuards else { return }
        var helper = FaultReportHelper()
        helper.unwind = { pageheap_unwind($0, $1) }
        helper.describe = { pageheap_describe_place($0, $1, $2) }
        heap.reportFaults(with: helper)
        pageheap_watch_faults()
    }

    // MARK: Samples

    /// Tells tracers of sampled allocations, and keeps their call stacks if a profile is wanted.
    private static func watchSamples(for directory: UnsafePointer<CChar>?) {
        var line = MessageLine()
        if !heap.isSampling {
            line.append("pageheap: no memory for samples of allocations; none are taken")
            return line.writeToStandardError()
        }
        var watcher = SampleWatcher()
        watcher.allocated = { pageheap_probe_allocated($0, $1, $2) }
        watcher.freed = { pageheap_probe_freed($0) }
        if let directory {
            if pageheap_profile_to(directory) {
                watcher.unwind = { pageheap_unwind($0, $1) }
                watcher.writeProfile = { ProcessHeap.writeProfile() }
            } else {
                line.append("pageheap: ignored PAGEHEAP_PROFILE_DIRECTORY: the path is too long")
                line.writeToStandardError()
            }
        }
        heap.watchSamples(watcher, seed: pageheap_random())
    }

    /// Writes a profile of the sampled allocations into the folder for profiles.
    ///
    /// - Returns: the number in its file's name, plus 1; 0 if none was written.
    static func writeProfile() -> UInt64 {
        let number = pageheap_profile_is_wanted() && heap.isSampling ? pageheap_profile_open() : 0
        if number == 0 { return 0 }
        // The address of the unwinder, which is in this library, as are its callers.
        let unwind: @convention(c) (UnsafeMutablePointer<UInt>, Int32) -> Int32 = { pageheap_unwind($0, $1) }
        heap.writeProfile(library: unsafeBitCast(unwind, to: UInt.self)) { bytes in
            if let start = bytes.baseAddress { pageheap_profile_append(start, UInt(bitPattern: bytes.count)) }
        }
        return pageheap_profile_close() ? number : 0
    }

    // MARK: The scavenger

    /// Serves the scavenger at the end of a slow-path call: starts a worker if one is wanted, or does a
    /// little of its work.
    @inline(__always)
    static func serveScavenger() {
        if heap.heap.needsCallers { serve() }
    }

    @inline(never)
    private static func serve() {
        heap.heap.beginService()
        heap.heap.releaseInCallerIfWanted(for: heap)
        if heap.heap.servesControlInCallers { _ = heap.serveControl(until: { false }) }
        if heap.heap.wantsWorker { startWorker() }
        heap.heap.readSurroundingsIfWanted()
        heap.heap.endService()
    }

    @inline(never)
    private static func startWorker() {
        // No worker while fork handlers run or the program is being stopped. Nor in a vfork child, which shares its
        // parent's heap and whose threads end with it.
        if LockPassage.isOpen || !pageheap_is_noted_process() { return }
        // What follows opens files: not for each call that wants a worker, if none can be had for a while.
        if !heap.heap.mayStartWorker { return }
        pageheap_read_machine()
        heap.heap.readSurroundings()
        heap.heap.startWorkerIfWanted {
            pageheap_start_bare_thread({ runWorker($0) }, UnsafeMutableRawPointer(heap.state)) == 0
        }
    }

    /// Ends the worker and keeps it from starting again until ``endHoldOff(delay:)``, which must follow if this returns true.
    static func holdOffWorker() -> Bool { heap.heap.holdOffWorker { pageheap_join_bare_thread() } }

    /// Ends the worker. One may start again after a while.
    static func endWorkerForNow() {
        if holdOffWorker() { heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds) }
    }
}

private func runWorker(_ state: UnsafeMutableRawPointer) {
    ProcessHeap.heap.heap.runWorker(for: ProcessHeap.heap)
}

private func threadExits(_ slot: UnsafeMutableRawPointer?) {
    guard ProcessHeap.isReady() else { return }
    ProcessHeap.heap.threadExits()
    // Frees during thread exit put this off until here, where it is safe.
    ProcessHeap.serveScavenger()
}

/// Sets up the heap if the environment asks for something that begins with the process (``Options/beginsAtOnce(in:)``). The
/// library's constructor calls this.
@c(pageheap_begin_if_wanted)
public func beginIfWanted() {
    if Options.beginsAtOnce(in: pageheap_environment()) { _ = ProcessHeap.isReady() }
}

/// Reports an access that faulted if hardening level 2 knows what is wrong with it.
@c(pageheap_report_fault)
public func reportFault(_ address: UInt) { ProcessHeap.heap.reportFault(at: address) }

/// Writes the profile at the program's end. Returns false if there should be one, and it is not written in full.
@c(pageheap_write_profile)
public func writeProfile() -> Bool {
    // A vfork child that calls exit shares its parent's memory.
    guard ProcessHeap.isReadyIfStarted(), !LockPassage.isOpen, pageheap_is_noted_process() else { return true }
    return !ProcessHeap.heap.isSampling || ProcessHeap.writeProfile() != 0
}

// MARK: Before the program changes what its threads are

/// Ends the worker; it has left the process when this returns.
///
/// To be called before the program makes a system call that the kernel refuses in a process with several threads, or
/// that the C library repeats on the threads that it knows about, which do not include the worker.
@c(pageheap_end_worker)
public func endWorker() {
    guard ProcessHeap.isReadyIfStarted(), !LockPassage.isOpen, pageheap_has_bare_thread(),
        pageheap_is_noted_process()
    else { return }
    ProcessHeap.endWorkerForNow()
}

/// Ends the worker for good and restricts the heap to the system calls of an ordinary malloc, before the
/// program enters a sandbox.
@c(pageheap_prepare_for_sandbox)
public func prepareForSandbox() {
    // A vfork child shares its parent's heap, but its sandbox is its own.
    guard ProcessHeap.isReady(), !LockPassage.isOpen, pageheap_is_noted_process() else { return }
    ProcessHeap.heap.heap.releaseInCallersForGood()
    let isHeldOff = ProcessHeap.holdOffWorker()
    // Reads and keeps a figure that cannot be read later.
    _ = pageheap_largest_request_bytes()
    pageheap_keep_to_plain_calls()
    if isHeldOff { ProcessHeap.heap.heap.endHoldOff(delay: 0) }
}
