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

    private static var copied: UInt32 { 0 }
    private static var ready: UInt32 { 1 }
    private static var adopting: UInt32 { 2 }

    /// A word that the kernel clears in copies of the process, if it can: 1 while the heap is set up and this process's own.
    /// Stored releasing and read acquiring: a thread that sees the heap ready sees the heap.
    @inline(__always)
    private static var word: UnsafePointer<Atomic<UInt32>> {
        UnsafeRawPointer(pageheap_process_mark()).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// Whether the heap is set up and this process's own.
    @inline(__always)
    static var isReady: Bool { word.pointee.load(ordering: .acquiring) == ready }

    /// The heap is set up.
    static func becomeReady() { word.pointee.store(ready, ordering: .releasing) }

    // MARK: Around a fork

    /// Whether children are told from their parents by the word. Set before the fork handlers are registered; relaxed.
    private static let areMarked = Atomic<Bool>(false)

    /// Makes the word.
    ///
    /// - Returns: whether a child has something to do at once: without the word nothing would say later that it is a copy,
    ///   and the one who watches the figures wants to see it. Most children are spared the faults of our code.
    fileprivate static func prepare() -> Bool {
        let isMarked = pageheap_make_process_mark()
        areMarked.store(isMarked, ordering: .relaxed)
        return !isMarked || Options.statisticsDirectory(in: pageheap_environment()) != nil
    }

    fileprivate static func before() {
        // A handler of a signal that stops the program may fork: it has no use for whole structures. And a copy has to be
        // the heap's owner before it is copied.
        guard ProcessHeap.isReadyIfStarted(), !LockPassage.isOpen else { return }
        if pageheap_program_is_single_threaded() && areMarked.load(ordering: .relaxed) {
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
        if areMarked.load(ordering: .relaxed) {
            if !isReady { adopt() }
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
        let (isMine, _) = word.pointee.compareExchange(
            expected: copied, desired: adopting, successOrdering: .acquiring, failureOrdering: .relaxed)
        guard isMine else {
            while !isReady { pauseProcessor() }
            return
        }
        becomeChild()
        becomeReady()
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
public func prepareForForks() -> Bool { ProcessCopies.prepare() }

@c(pageheap_before_fork)
public func beforeFork() { ProcessCopies.before() }

@c(pageheap_after_fork_in_parent)
public func afterForkInParent() { ProcessCopies.afterInParent() }

@c(pageheap_after_fork_in_child)
public func afterForkInChild() { ProcessCopies.afterInChild() }
