import CPageHeap
import CPageHeapMalloc
import Synchronization

/// Copies of the process: the handlers of a fork, and the child of a bare clone, for which no handler runs.
enum ProcessCopies {
    /// Whether the fork that is going on has locked the heap. Relaxed: written and read under the heap's locks.
    fileprivate static let isLockedForFork = Atomic<Bool>(false)

    /// The address of a word that is 1 in this process and 0 in a copy of it; 0 if the kernel has no such memory. Relaxed:
    /// published with the heap's phase.
    private static let markAddress = Atomic<UInt>(0)

    private static var word: UnsafeMutablePointer<UInt32>? {
        UnsafeMutablePointer(bitPattern: markAddress.load(ordering: .relaxed))
    }

    /// Marks the process as the one that has set the heap up.
    static func mark() { markAddress.store(UInt(bitPattern: pageheap_make_process_mark()), ordering: .relaxed) }

    /// Whether this process is a copy that has not been told so.
    @inline(__always)
    static var isCopy: Bool {
        guard let word else { return false }
        return word.pointee == 0
    }

    /// In the child of a bare clone: makes the heap the child's. It has one thread, the one that calls this.
    ///
    /// The children of forks come here, too, if another library's handlers allocate before ours: those wait for ours.
    @inline(never)
    static func adopt() {
        if isLockedForFork.load(ordering: .relaxed) { return }
        word?.pointee = 1
        pageheap_forget_bare_thread()
        pageheap_note_process_attributes()
        guard ProcessHeap.heap.takeLocksFromMissingHolders() else {
            fatal("this process was made by clone while another thread changed the heap; fork would have waited for it")
        }
        ProcessHeap.startTime.store(pageheap_monotonic_nanoseconds(), ordering: .relaxed)
        ProcessHeap.heap.heap.becomeChild(page: nil)
        ProcessHeap.heap.dropOtherThreadsCaches()
    }

    fileprivate static func noteChild() {
        word?.pointee = 1
        pageheap_forget_bare_thread()
        pageheap_note_process_attributes()
    }
}

@c(pageheap_before_fork)
public func beforeFork() {
    // A handler of a signal that stops the program may fork: it has no use for whole structures.
    guard ProcessHeap.isStarted, !LockPassage.isOpen else { return }
    ProcessHeap.holdOffWorker()
    ProcessHeap.heap.lockForFork()
    ProcessCopies.isLockedForFork.store(true, ordering: .relaxed)
    // Handlers that were registered before ours run after this, and may allocate.
    LockPassage.open()
}

@c(pageheap_after_fork_in_parent)
public func afterForkInParent() {
    // A heap that has started since the fork began is not locked by it.
    guard ProcessCopies.isLockedForFork.load(ordering: .relaxed) else { return }
    ProcessCopies.isLockedForFork.store(false, ordering: .relaxed)
    LockPassage.close()
    ProcessHeap.heap.unlockAfterFork()
    ProcessHeap.heap.heap.endHoldOff(delay: Tunables.workerForkDelayNanoseconds)
}

@c(pageheap_after_fork_in_child)
public func afterForkInChild() {
    guard ProcessCopies.isLockedForFork.load(ordering: .relaxed) else { return }
    ProcessCopies.noteChild()
    ProcessCopies.isLockedForFork.store(false, ordering: .relaxed)
    LockPassage.close()
    ProcessHeap.startTime.store(pageheap_monotonic_nanoseconds(), ordering: .relaxed)
    // The parent's page is shared with the parent: not a word may be written there.
    let directory = Options.statisticsDirectory(in: pageheap_environment())
    let page = directory.flatMap { pageheap_statistics_page_create($0) }
    ProcessHeap.heap.heap.becomeChild(page: page)
    ProcessHeap.heap.unlockAfterFork()
    ProcessHeap.heap.dropOtherThreadsCaches()
}
