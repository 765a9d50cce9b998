import CPageHeap
import CPageHeapMalloc
import Synchronization

/// Copies of the process: children of forks, and of bare clones, for which no handler runs.
///
/// Before a fork all locks are taken, so that the child finds every structure whole. The child does nothing at once: most
/// children execute another program or end, and each page that they write to costs them a copy. A word of memory that the
/// kernel clears in children tells the first call that takes the long way that this process is a copy; it makes the heap the
/// child's (``adopt()``). A program of one thread needs no locks for its fork either.
enum ProcessCopies {
    /// The slot of the thread whose fork has locked the heap; 0 if there is none. Relaxed: written and read under the heap's
    /// locks, and in a child by the one thread that adopts the heap.
    private static let forkingSlot = Atomic<UInt>(0)

    /// The address of a word that the kernel clears in copies of the process; 0 if the kernel has no such memory. Relaxed:
    /// published with the heap's phase. The word itself is stored releasing and read acquiring: who sees the heap adopted
    /// sees what that changed.
    private static let markAddress = Atomic<UInt>(0)

    private static var copied: UInt32 { 0 }
    private static var adopted: UInt32 { 1 }
    private static var adopting: UInt32 { 2 }

    private static var word: UnsafePointer<Atomic<UInt32>>? {
        UnsafePointer(bitPattern: markAddress.load(ordering: .relaxed))
    }

    /// Marks the process as the owner of the heap that it has set up, or will.
    static func mark() {
        if let word {
            word.pointee.store(adopted, ordering: .releasing)
            return
        }
        let made = UInt(bitPattern: pageheap_make_process_mark())
        _ = markAddress.compareExchange(expected: 0, desired: made, ordering: .relaxed)
    }

    /// Whether a child has to do something at once: without the word nothing would say later that it is a copy, and the one
    /// who watches the figures wants to see it. Most children are spared the faults of our code.
    static var needsChildHandler: Bool {
        word == nil || Options.statisticsDirectory(in: pageheap_environment()) != nil
    }

    /// Whether this process is a copy whose heap nobody has adopted.
    @inline(__always)
    static var isCopy: Bool {
        guard let word else { return false }
        return word.pointee.load(ordering: .acquiring) != adopted
    }

    // MARK: Around a fork

    fileprivate static func before() {
        // A handler of a signal that stops the program may fork: it has no use for whole structures. And a copy has to be
        // the heap's owner before it is copied.
        guard ProcessHeap.isStarted, ProcessHeap.isReady(), !LockPassage.isOpen else { return }
        if pageheap_program_is_single_threaded() && word != nil {
            // Nobody else is there to hold a lock, once the worker is gone.
            if pageheap_has_bare_thread() {
                ProcessHeap.holdOffWorker()
                ProcessHeap.heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds)
            }
            return
        }
        ProcessHeap.holdOffWorker()
        ProcessHeap.heap.lockForFork()
        forkingSlot.store(ThreadSlot.identity, ordering: .relaxed)
        // Handlers that were registered before ours run after this, and may allocate.
        LockPassage.open()
    }

    fileprivate static func afterInParent() {
        // A heap that has started since the fork began is not locked by it.
        guard isLockedByThisThread else { return }
        forkingSlot.store(0, ordering: .relaxed)
        LockPassage.close()
        ProcessHeap.heap.unlockAfterFork()
        ProcessHeap.heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds)
    }

    fileprivate static func afterInChild() {
        guard ProcessHeap.isStarted else { return }
        if word != nil {
            adopt()
        } else if isLockedByThisThread {
            becomeChild()
        }
    }

    private static var isLockedByThisThread: Bool {
        forkingSlot.load(ordering: .relaxed) == ThreadSlot.identity
    }

    // MARK: In a child

    /// Makes the heap the child's own. Threads of the child that come at the same time wait.
    @inline(never)
    static func adopt() {
        guard let word else { return }
        let (isMine, _) = word.pointee.compareExchange(
            expected: copied, desired: adopting, successOrdering: .acquiring, failureOrdering: .relaxed)
        guard isMine else {
            while isCopy { pauseProcessor() }
            return
        }
        becomeChild()
        word.pointee.store(adopted, ordering: .releasing)
    }

    private static func becomeChild() {
        let forking = forkingSlot.exchange(0, ordering: .relaxed)
        pageheap_forget_bare_thread()
        pageheap_note_process_attributes()
        ProcessHeap.startTime.store(pageheap_monotonic_nanoseconds(), ordering: .relaxed)
        // The parent's page is shared with the parent: not a word may be written there.
        let directory = Options.statisticsDirectory(in: pageheap_environment())
        let page = directory.flatMap { pageheap_statistics_page_create($0) }
        // All locks are this thread's for a moment: taken by the forking thread for the fork, or by nobody.
        let isStopping = LockPassage.isForStop
        LockPassage.open()
        if forking != 0 {
            ProcessHeap.heap.heap.becomeChild(page: page)
            LockPassage.close(of: forking)
            LockPassage.close()
            ProcessHeap.heap.unlockAfterFork()
        } else {
            // A crash reporter forks while the program is being stopped: better a heap half changed than none.
            guard ProcessHeap.heap.takeLocksFromMissingHolders() || isStopping else {
                fatal("this process was made by clone, not fork, while another thread changed the heap")
            }
            ProcessHeap.heap.heap.becomeChild(page: page)
            LockPassage.close()
        }
        ProcessHeap.heap.heap.publish(in: page)
        // A program of one thread does not say which it is; then there is one cache, and it is that thread's.
        let survivor = forking != 0 ? forking : ProcessHeap.heap.hasSeveralCaches ? ThreadSlot.identity : nil
        ProcessHeap.heap.dropOtherThreadsCaches(survivor: survivor)
    }
}

/// Before the fork handlers are registered.
///
/// - Returns: whether children need theirs.
@c(pageheap_prepare_for_forks)
public func prepareForForks() -> Bool {
    ProcessCopies.mark()
    return ProcessCopies.needsChildHandler
}

@c(pageheap_before_fork)
public func beforeFork() { ProcessCopies.before() }

@c(pageheap_after_fork_in_parent)
public func afterForkInParent() { ProcessCopies.afterInParent() }

@c(pageheap_after_fork_in_child)
public func afterForkInChild() { ProcessCopies.afterInChild() }
