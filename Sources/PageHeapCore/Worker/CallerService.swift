import Synchronization

/// What a heap's scavenger needs of calls of the program: to start the worker, to release memory in its place, or to
/// read the surroundings.
///
/// Such a call has taken its slow path anyway, and holds no lock. It checks one flag, ``areNeeded``; the rest is looked
/// at only if that is set. All of it is relaxed: hints and times, checked again under a lock or harmless if old.
package struct CallerService: ~Copyable {
    /// Set after the condition that it stands for.
    private let needed = Atomic<Bool>(false)
    /// Whether there is enough to release for a worker, and no worker. Checked again under the worker's lock.
    private let wantsThread = Atomic<Bool>(false)
    /// The raw value of a ``CallerRelease``. It never leaves `forGood`.
    private let releasing = Atomic<UInt8>(0)
    /// While callers release for a time: when to try to start a worker again, in coarse monotonic nanoseconds.
    private let retryTime = Atomic<Int64>(0)
    /// When callers have to look for work next, in coarse monotonic nanoseconds. A caller that reads an old value looks
    /// in vain.
    private let nextLook = Atomic<Int64>(0)
    /// Whether a thread of the program must read the surroundings again.
    private let wantsReading = Atomic<Bool>(false)
    /// When they must be read next, in coarse monotonic nanoseconds.
    private let nextReading = Atomic<Int64>(0)

    package init() {}

    // MARK: The flag

    /// Whether a call of the program has something to do.
    @inline(__always)
    var areNeeded: Bool { needed.load(ordering: .relaxed) }

    /// Makes the next call of the program on a slow path look.
    func call() { needed.store(true, ordering: .relaxed) }

    func begin() { needed.store(false, ordering: .relaxed) }

    // MARK: A worker

    @inline(__always)
    var wantWorker: Bool { wantsThread.load(ordering: .relaxed) }

    /// Has the next call of the program start a worker.
    func askForWorker() {
        wantsThread.store(true, ordering: .relaxed)
        call()
    }

    func forgetWorker() { wantsThread.store(false, ordering: .relaxed) }

    // MARK: Release in the worker's place

    package var release: CallerRelease { CallerRelease(rawValue: releasing.load(ordering: .relaxed)) ?? .no }

    /// Makes callers release until a time, unless they do so for good.
    func release(until time: Int64) {
        retryTime.store(time, ordering: .relaxed)
        change(from: .no, to: .forATime)
        call()
    }

    /// Makes callers release from now on.
    func releaseForGood() {
        releasing.store(CallerRelease.forGood.rawValue, ordering: .relaxed)
        call()
    }

    /// Ends the release for a time.
    func endRelease() { change(from: .forATime, to: .no) }

    private func change(from old: CallerRelease, to new: CallerRelease) {
        _ = releasing.compareExchange(expected: old.rawValue, desired: new.rawValue, ordering: .relaxed)
    }

    /// Whether a worker may be started: callers do not release in its place, or their time for that is over.
    func mayStart(_ system: borrowing some OperatingSystem) -> Bool {
        switch release {
        case .no: true
        case .forATime: isOver(at: system.coarseNanoseconds())
        case .forGood: false
        }
    }

    /// Whether the time for which callers release is over.
    func isOver(at now: Int64) -> Bool { now >= retryTime.load(ordering: .relaxed) }

    func mustLook(at now: Int64) -> Bool { now >= nextLook.load(ordering: .relaxed) }

    func lookAgain(at time: Int64) { nextLook.store(time, ordering: .relaxed) }

    // MARK: The surroundings

    /// Has a thread of the program read the surroundings, if the last reading is old enough.
    ///
    /// - Parameter now: the coarse monotonic time in nanoseconds.
    func askForReading(at now: Int64) {
        if now < nextReading.load(ordering: .relaxed) { return }
        noteReading(at: now)
        wantsReading.store(true, ordering: .relaxed)
        call()
    }

    /// Notes that the surroundings are being read.
    func noteReading(at now: Int64) {
        nextReading.store(now &+ Tunables.readingNanoseconds, ordering: .relaxed)
    }

    /// Takes the request to read the surroundings.
    ///
    /// - Returns: false if there is none.
    @inline(__always)
    func takeReadingRequest() -> Bool {
        wantsReading.load(ordering: .relaxed) && wantsReading.exchange(false, ordering: .relaxed)
    }
}

/// Whether callers release memory in place of the worker.
package enum CallerRelease: UInt8, Sendable {
    /// No: a worker can be started.
    case no
    /// Until a thread can be created again.
    case forATime
    /// For good: the process must have no thread of the heap.
    case forGood
}
