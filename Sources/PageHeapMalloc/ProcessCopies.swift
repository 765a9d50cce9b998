import CPageHeap
import CPageHeapMalloc
import Synchronization

/// Handles copies of the process: children of fork, and of bare clone calls, for which no fork handler runs.
///
/// Before a fork all locks are taken, so that the child finds every structure consistent. The child does nothing at
/// first: most children execute another program or exit, and each page that they write costs a copy. The kernel clears
/// a word of memory in children. By that word the child's first slow-path call detects that it runs in a copy, and
/// makes the heap the child's own (``adopt()``). A program with one thread does not need the locks either.
enum ProcessCopies {
    /// The slot of the thread that has locked the heap for a fork; 0 if there is none. Relaxed: it is written and read
    /// under the heap's locks, and in a child by the one thread that adopts the heap.
    private static let forkingSlot = Atomic<UInt>(0)
    /// Whether that thread holds the worker off. Relaxed, as above.
    private static let holdsWorkerOff = Atomic<Bool>(false)

    private static var copied: UInt32 { 0 }
    private static var ready: UInt32 { 1 }
    private static var adopting: UInt32 { 2 }

    /// The state of the heap in this process, in a word that the kernel clears in copies of the process, if it can. 1
    /// while the heap is set up and belongs to this process. Stored releasing and loaded acquiring, so that a thread
    /// that sees the heap ready sees its contents.
    @inline(__always)
    private static var word: UnsafePointer<Atomic<UInt32>> {
        UnsafeRawPointer(pageheap_process_mark()).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// Whether the heap is set up and belongs to this process.
    @inline(__always)
    static var isReady: Bool { word.pointee.load(ordering: .acquiring) == ready }

    /// Marks the heap as set up and as this process's own.
    static func becomeReady() { word.pointee.store(ready, ordering: .releasing) }

    // MARK: Around a fork

    /// Whether the word distinguishes children from their parents. Relaxed: set before the fork handlers are
    /// registered.
    private static let areMarked = Atomic<Bool>(false)

    /// Creates the word.
    ///
    /// - Returns: whether a child needs its fork handler. It does if there is no word to detect the copy later, or if a
    ///   statistics directory is set, because the child must show up there. Other children are spared the page faults
    ///   of running our code.
    fileprivate static func prepare() -> Bool {
        let isMarked = pageheap_make_process_mark()
        areMarked.store(isMarked, ordering: .relaxed)
        return !isMarked || Options.statisticsDirectory(in: pageheap_environment()) != nil
    }

    fileprivate static func before() {
        // If locks are being passed through, a signal handler is forking while the program stops, and needs no
        // consistent structures. `isReadyIfStarted` makes a copy adopt the heap before it is copied itself.
        guard ProcessHeap.isReadyIfStarted(), !LockPassage.isOpen else { return }
        if pageheap_program_is_single_threaded() && areMarked.load(ordering: .relaxed) {
            // No other thread can hold a lock once the worker has ended.
            if pageheap_has_bare_thread() { ProcessHeap.endWorkerForNow() }
            return
        }
        let isHeldOff = ProcessHeap.holdOffWorker()
        ProcessHeap.heap.lockForFork()
        holdsWorkerOff.store(isHeldOff, ordering: .relaxed)
        forkingSlot.store(ThreadIdentity.current, ordering: .relaxed)
        // Handlers that were registered before ours run after this one, and may allocate.
        LockPassage.open()
    }

    fileprivate static func afterInParent() {
        // A heap that has been set up since the fork began is not locked by it.
        guard isLockedByThisThread else { return }
        forkingSlot.store(0, ordering: .relaxed)
        let isHeldOff = holdsWorkerOff.load(ordering: .relaxed)
        LockPassage.close()
        ProcessHeap.heap.unlockAfterFork()
        if isHeldOff { ProcessHeap.heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds) }
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
        forkingSlot.load(ordering: .relaxed) == ThreadIdentity.current
    }

    // MARK: In a child

    /// Makes the heap the child's own. If several threads of the child call this, one adopts the heap
    /// and the others wait.
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
        // The parent's statistics page is shared memory: the child must not write to it.
        ProcessHeap.heap.beginSamplesOfChild()
        let directory = Options.statisticsDirectory(in: pageheap_environment())
        let allowsControl = ProcessHeap.heap.heap.servesControl
        let page = directory.flatMap { pageheap_publish_in($0, allowsControl, nil) }
        // This thread passes through all locks for now: the forking thread took them for the fork, or no thread holds
        // them.
        let isStopping = LockPassage.isForStop
        LockPassage.open()
        if forking != 0 {
            ProcessHeap.heap.heap.becomeChild(page: page)
            LockPassage.close(of: forking)
            LockPassage.close()
            ProcessHeap.heap.unlockAfterFork()
        } else {
            // A crash reporter may fork while the program is being stopped: an inconsistent heap is better than none.
            guard ProcessHeap.heap.takeLocksFromMissingHolders() || isStopping else {
                fatal("this process was made by clone, not fork, while another thread changed the heap")
            }
            ProcessHeap.heap.heap.becomeChild(page: page)
            LockPassage.close()
        }
        ProcessHeap.heap.heap.publish(in: page)
        ProcessHeap.heap.heap.beginControl()
        // A single-threaded program forks without recording its thread. Then there is only one cache, which is that
        // thread's.
        let survivor = forking != 0 ? forking : ProcessHeap.heap.hasSeveralCaches ? ThreadIdentity.current : nil
        ProcessHeap.heap.dropOtherThreadsCaches(survivor: survivor)
    }
}

/// Prepares for forks, before the fork handlers are registered.
///
/// - Returns: whether children need a fork handler.
@c(pageheap_prepare_for_forks)
public func prepareForForks() -> Bool { ProcessCopies.prepare() }

@c(pageheap_before_fork)
public func beforeFork() { ProcessCopies.before() }

@c(pageheap_after_fork_in_parent)
public func afterForkInParent() { ProcessCopies.afterInParent() }

@c(pageheap_after_fork_in_child)
public func afterForkInChild() { ProcessCopies.afterInChild() }
