/// Computes the retention goal: how many bytes the heap should retain, so that the scavenger releases only what lies
/// above.
///
/// Memory that is released too early costs more than it saved: faulting a page in again takes three to five times as
/// long as releasing it. Memory that is kept for nothing is resident memory that the rest of the machine lacks. The
/// goal is the balance of the two:
///
///     goal       = demand × (1 + extra)            rounded up to a physical page
///     limit goal = limit × 0.95                    only if there is a memory limit
///     overage    = max(retained − goal, retained + metadata − limit goal, 0)
///
/// Free pages are released while the overage is more than 0. `demand` is what the heap will need again soon, and comes
/// from one of two sources:
///
/// - If the heap ends its own cycles, it is the recent peak that is worth keeping by its price: ``RetentionExperts``.
/// - If a runtime with a collector ends the cycles and reports its heap goals, demand is what is in use, times the
///   ratio of the new heap goal to the last one. The ratio is one of object bytes; multiplying page bytes by it carries
///   fragmentation along.
///
/// Consequences:
///
/// - The goal never lies below what is in use, however long the heap is idle. (Holes in spans are outside the goal:
///   they are released once their span is quiet.)
/// - The extra percent, 10 with the original's pacers, absorb small swings without a page fault. With a budget they are
///   0: the windows of demand absorb them.
/// - Apart from a forced release, only a memory limit takes memory away that is expected to be needed. Both goals hold
///   at the same time, so in effect the lower one does.
/// - A goal that is met to within a physical page, the smallest unit of release, is switched off.
package enum RetentionGoal {
    /// Returns the goal of a heap whose owner ends the cycles.
    ///
    /// The ratio of the two heap goals says by how much the heap grows or shrinks, in bytes of objects; multiplying
    /// page bytes by it carries fragmentation along.
    ///
    /// - Parameters:
    ///   - inUse: bytes in use when the last cycle ended.
    ///   - heapGoal: heap bytes expected by the end of the present cycle.
    ///   - lastHeapGoal: the same of the last cycle.
    ///   - extraPercent: what to retain on top, to save page faults; 0 to 100.
    ///   - physicalPage: the unit of release in bytes.
    /// - Returns: the goal in bytes, or `nil` before the first cycle (`lastHeapGoal` is 0).
    package static func forCycle(
        inUse: ByteCount, heapGoal: ByteCount, lastHeapGoal: ByteCount, extraPercent: UInt, physicalPage: ByteCount
    ) -> ByteCount? {
        guard lastHeapGoal != 0 else { return nil }
        let ratio = Double(heapGoal.rawValue) / Double(lastHeapGoal.rawValue)
        let product = Double(inUse.rawValue) * ratio
        let bytes = product < 9.2e18 ? UInt(product) : UInt(Int.max)
        return forDemand(ByteCount(bytes), extraPercent: extraPercent, physicalPage: physicalPage)
    }

    /// Returns the goal for an estimated demand, in bytes. A goal that would overflow a machine word is the largest
    /// multiple of a physical page.
    ///
    /// - Parameters:
    ///   - demand: bytes that will be needed again soon.
    ///   - extraPercent: what to retain on top, to save page faults; 0 to 100.
    ///   - physicalPage: the unit of release in bytes.
    package static func forDemand(
        _ demand: ByteCount, extraPercent: UInt, physicalPage: ByteCount
    ) -> ByteCount {
        // The Go runtime computes its 10 % by an integer division by 10; percentages that do not divide 100 are
        // multiplied.
        let divides = extraPercent != 0 && 100 % extraPercent == 0
        let (extra, isExtraTooLarge) =
            divides
            ? (demand.rawValue / (100 / extraPercent), false)
            : (demand.rawValue / 100).multipliedReportingOverflow(by: extraPercent)
        let (sum, isSumTooLarge) = demand.rawValue.addingReportingOverflow(extra)
        let largest = ByteCount.maximum.roundedDown(to: physicalPage)
        if isExtraTooLarge || isSumTooLarge || sum > largest.rawValue { return largest }
        return ByteCount(sum).roundedUp(to: physicalPage)
    }

    /// Returns the goal of a heap with a memory limit: a little below the limit, so that the scavenger begins before
    /// the limit is met.
    ///
    /// It bounds retained memory and metadata together. It needs no previous cycle, and is not rounded, since it is
    /// only compared. A limit of ``ByteCount/maximum`` means no limit: no heap maps that much.
    ///
    /// - Parameters:
    ///   - limit: bytes that the heap and its metadata may have from the system.
    ///   - mapped: bytes that they have now.
    /// - Returns: the goal in bytes, or `nil` if it is met already.
    package static func forLimit(_ limit: ByteCount, mapped: ByteCount) -> ByteCount? {
        // Cannot overflow: the share is less than one.
        let goal = ByteCount(UInt(Double(limit.rawValue) * Tunables.limitShare))
        return mapped > goal ? goal : nil
    }

    /// Returns the goal as the background scavenger uses it, or `nil` if less than a physical page lies above it.
    ///
    /// - Parameters:
    ///   - goal: in bytes; `nil` if there is none.
    ///   - retained: bytes that the heap retains now.
    ///   - physicalPage: the unit of release in bytes.
    package static func effective(
        _ goal: ByteCount?, retained: ByteCount, physicalPage: ByteCount
    ) -> ByteCount? {
        guard let goal, retained > goal, retained - goal >= physicalPage else { return nil }
        return goal
    }
}
