import Synchronization

/// What a heap may retain: the goal that its cycles set, and the one that follows from its memory limit. The stricter
/// one decides.
///
/// Changed under the heap lock, so that a goal and the ledger that it was made from belong together. Relaxed, because
/// readers without the lock can use any recent value. Valid when zero-initialised and started.
struct Goals: ~Copyable {
    /// Bytes to retain; the maximum if the last cycle set no goal.
    private let cycleGoal: Atomic<UInt>
    /// The soft limit on the bytes that the heap and its metadata have from the system; the maximum if there is none.
    private let limit: Atomic<UInt>
    /// The raw value of the limit's ``LimitOrigin``.
    private let limitOrigin: Atomic<UInt8>
    /// The hard limit on them; the maximum if there is none.
    private let hard: Atomic<UInt>
    /// Whether the limit follows from that of the process's control group, or will once there is one.
    private let follows: Atomic<Bool>
    /// Bytes to retain, metadata included, that follow from the limit: a little less than it.
    private let limitGoal: Atomic<UInt>
    /// The heap goal that the owner gave when the last cycle ended; 0 before the first one.
    var lastHeapGoal: ByteCount
    /// The soft limit as it was set or followed, before the hard one is taken into account, and its origin. Guarded by
    /// the heap lock.
    private var softLimit: ByteCount?
    private var softOrigin: UInt8

    mutating func start(_ configuration: HeapConfiguration) {
        set(nil)
        hard.store(configuration.hardLimit?.rawValue ?? .max, ordering: .relaxed)
        setLimit(configuration.memoryLimit)
        let follows = configuration.followsContainerLimit && configuration.memoryLimit == nil
        self.follows.store(follows, ordering: .relaxed)
    }

    /// The goal of the cycles; the maximum if there is none.
    var retained: ByteCount { ByteCount(cycleGoal.load(ordering: .relaxed)) }

    /// The memory limit; the maximum if there is none.
    var memoryLimit: ByteCount { ByteCount(limit.load(ordering: .relaxed)) }

    /// The goal that follows from the memory limit; the maximum if there is none.
    var mapped: ByteCount { ByteCount(limitGoal.load(ordering: .relaxed)) }

    /// Sets the goal of the cycles.
    func set(_ goal: ByteCount?) { cycleGoal.store(goal?.rawValue ?? .max, ordering: .relaxed) }

    /// Sets or removes the memory limit. From then on it does not follow from that of the control group.
    mutating func setLimit(_ bytes: ByteCount?) {
        follows.store(false, ordering: .relaxed)
        setLimit(bytes, .configuration)
    }

    /// Whether the memory limit follows from that of the process's control group.
    var followsContainer: Bool { follows.load(ordering: .relaxed) }

    /// Sets the memory limit that follows from that of the process's control group; nil if the group has none. No
    /// effect if a limit was set or removed otherwise.
    mutating func follow(_ bytes: ByteCount?) {
        if followsContainer { setLimit(bytes, .container) }
    }

    /// Where the memory limit comes from.
    var origin: LimitOrigin { LimitOrigin(rawValue: limitOrigin.load(ordering: .relaxed)) ?? .none }

    private mutating func setLimit(_ bytes: ByteCount?, _ origin: LimitOrigin) {
        softLimit = bytes
        softOrigin = origin.rawValue
        settleLimit()
    }

    /// The hard limit; the maximum if there is none.
    var hardLimit: ByteCount { ByteCount(hard.load(ordering: .relaxed)) }

    /// Sets or removes the hard limit, which is a soft limit as well: the worker begins before requests are refused.
    func setHardLimit(_ bytes: ByteCount?) {
        hard.store(bytes?.rawValue ?? .max, ordering: .relaxed)
        settleLimit()
    }

    /// Makes the lower of the two limits the one in force.
    private func settleLimit() {
        let soft = softLimit ?? .maximum
        let bytes = min(soft, hardLimit)
        let isNone = bytes == .maximum
        let origin =
            isNone ? LimitOrigin.none.rawValue : soft <= hardLimit ? softOrigin : LimitOrigin.hardLimit.rawValue
        let goal = isNone ? nil : RetentionGoal.forLimit(bytes, mapped: .maximum)
        limitOrigin.store(origin, ordering: .relaxed)
        limit.store(bytes.rawValue, ordering: .relaxed)
        limitGoal.store(goal?.rawValue ?? .max, ordering: .relaxed)
    }

    /// Bytes to release so that both goals are met; an unset goal counts as met.
    ///
    /// - Parameters:
    ///   - retained: bytes that the heap retains.
    ///   - metadata: bytes of its metadata, which count towards the memory limit.
    func overage(retained: ByteCount, metadata: ByteCount) -> ByteCount {
        max(
            retained > self.retained ? retained - self.retained : 0,
            retained + metadata > mapped ? retained + metadata - mapped : 0)
    }
}

/// Where a heap's memory limit comes from.
package enum LimitOrigin: UInt8, Sendable {
    /// There is no limit.
    case none = 0
    /// The heap's owner: a setting, or a call.
    case configuration = 1
    /// The process's control group.
    case container = 2
    /// The hard limit, because it is the lowest.
    case hardLimit = 3
}

extension Heap {
    /// The goal of the heap's cycles for retained bytes; the maximum if there is none.
    var goal: ByteCount { state.pointee.goals.retained }

    /// Bytes to release so that both goals are met. Takes the heap lock.
    var overage: ByteCount {
        if state.pointee.goals.retained == .maximum && state.pointee.goals.mapped == .maximum { return 0 }
        return withHeapLock { state.pointee.goals.overage(retained: currentLedger().retained, metadata: metadataBytes) }
    }

    /// Whether the heap is within both goals. Takes the heap lock.
    var isMet: Bool { overage == 0 }

    /// Whether retained memory plus metadata exceeds the goal that follows from the memory limit. The caller holds the
    /// heap lock.
    var isOverLimitGoal: Bool {
        locked.pointee.lock.assertHeld()
        let goal = state.pointee.goals.mapped
        return goal != .maximum && currentLedger().retained + metadataBytes > goal
    }

    /// The soft limit on the bytes that the heap and its metadata have from the system; nil if there is none.
    package var memoryLimit: ByteCount? {
        let limit = state.pointee.goals.memoryLimit
        return limit == .maximum ? nil : limit
    }

    /// Where the memory limit comes from.
    package var memoryLimitOrigin: LimitOrigin { state.pointee.goals.origin }

    /// Sets or removes the memory limit, also in place of the one that follows from the control group. The caller holds
    /// no lock.
    ///
    /// The limit is soft. One below what is in use is allowed: all free memory is released, allocations assist within
    /// their bounds, and the worker rests once it finds nothing more.
    ///
    /// - Parameter limit: bytes; nil for no limit.
    package func setMemoryLimit(_ limit: ByteCount?) {
        let isOver = withLockedPages {
            state.pointee.goals.setLimit(limit)
            return isOverLimitGoal
        }
        if isOver { releaseForLimit() }
    }

    /// Has the worker release what exceeds the memory limit. The caller holds no lock.
    func releaseForLimit() {
        beginGeneration()
        callWorker(isWanted: true)
    }
}
