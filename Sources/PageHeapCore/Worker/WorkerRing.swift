import Synchronization

/// The heaps that a worker looks after, and the one that it is looking at. All of it is guarded by the worker's lock.
///
/// The worker takes the first heap and moves it to the end, so that all heaps get their turn. It looks at the heap
/// without the lock, because a look may take a millisecond. A heap that leaves therefore waits until the worker looks
/// away from it: at most one thread waits for that, the one that is tearing down the heap.
struct WorkerRing<System: OperatingSystem>: ~Copyable {
    typealias Member = UnsafeMutablePointer<RingMember<System>>

    /// The next heap to look at.
    private var first: Member?
    private var last: Member?
    private(set) var count: UInt = 0
    /// The heap that the worker is looking at, if any.
    private var current: Member?
    /// Whether a thread waits until the worker looks away from `current`.
    private var isAwaited = false
    /// Counts looks that ended while a thread waited for that: the word that it sleeps on. Relaxed: a hint, and what it
    /// hints at is checked under the lock.
    private let awaitedLooks = Atomic<UInt32>(0)

    // MARK: Heaps

    mutating func append(_ member: Member) {
        member.pointee.next = nil
        if let last { last.pointee.next = member } else { first = member }
        last = member
        count += 1
    }

    /// Removes the first heap; nil if there is none.
    mutating func removeFirst() -> Member? {
        guard let member = first else { return nil }
        first = member.pointee.next
        if first == nil { last = nil }
        count -= 1
        return member
    }

    /// Removes a heap, if it is in the ring.
    mutating func remove(_ member: Member) {
        var before: Member?
        var next = first
        while let candidate = next, candidate != member {
            before = candidate
            next = candidate.pointee.next
        }
        guard next != nil else { return }
        guard let before else {
            _ = removeFirst()
            return
        }
        before.pointee.next = member.pointee.next
        if member.pointee.next == nil { last = before }
        count -= 1
    }

    func visitAll(_ body: (Member) -> Void) {
        var next = first
        while let member = next {
            body(member)
            next = member.pointee.next
        }
    }

    // MARK: Looks

    /// Begins a look at the next heap, which cannot leave until ``endLook()``; nil if there is none.
    mutating func beginLook() -> Member? {
        guard let member = removeFirst() else { return nil }
        append(member)
        current = member
        return member
    }

    /// Ends the look.
    ///
    /// - Returns: the word on which a thread sleeps that waited for this, if one does.
    mutating func endLook() -> UnsafeRawPointer? {
        current = nil
        guard isAwaited else { return nil }
        isAwaited = false
        awaitedLooks.wrappingAdd(1, ordering: .relaxed)
        return withUnsafePointer(to: awaitedLooks) { UnsafeRawPointer($0) }
    }

    /// Prepares to wait for the end of the look at a heap.
    ///
    /// - Returns: the word to sleep on, and its value; nil if the worker does not look at the heap.
    mutating func awaitLook(at member: Member) -> (word: UnsafeRawPointer, value: UInt32)? {
        guard current == member else { return nil }
        isAwaited = true
        return (
            withUnsafePointer(to: awaitedLooks) { UnsafeRawPointer($0) }, awaitedLooks.load(ordering: .relaxed)
        )
    }

    /// Empties the ring in a forked child, where no worker looks. A bare clone may have copied it in the middle of a
    /// change, so it is not walked.
    mutating func becomeChild() {
        (first, last, count) = (nil, nil, 0)
        current = nil
        isAwaited = false
    }
}
