/// How much memory the heap should retain: what it will need, and a little more.
package enum RetentionGoal {
    /// The goal of a heap that is paced by cycles of its owner.
    ///
    /// The ratio of the two heap goals says how much the heap grows or shrinks, in bytes of objects; multiplying page
    /// bytes by it carries fragmentation along.
    ///
    /// - Parameters:
    ///   - inUse: bytes in use when the last cycle ended.
    ///   - heapGoal: heap bytes expected by the end of the present cycle.
    ///   - lastHeapGoal: the same of the last cycle.
    ///   - extraPercent: what to retain on top, to save page faults; 0 to 100.
    ///   - physicalPage: the unit of release.
    /// - Returns: nothing before the first cycle (`lastHeapGoal` is 0).
    package static func forCycle(
        inUse: ByteCount, heapGoal: ByteCount, lastHeapGoal: ByteCount, extraPercent: UInt, physicalPage: ByteCount
    ) -> ByteCount? {
        guard lastHeapGoal != 0 else { return nil }
        let ratio = Double(heapGoal.rawValue) / Double(lastHeapGoal.rawValue)
        let product = Double(inUse.rawValue) * ratio
        let bytes = product < 9.2e18 ? UInt(product) : UInt(Int.max)
        return forDemand(ByteCount(bytes), extraPercent: extraPercent, physicalPage: physicalPage)
    }

    /// The goal of a heap whose demand is estimated: where it is more than a word can hold, the largest whole physical
    /// page there is.
    package static func forDemand(
        _ demand: ByteCount, extraPercent: UInt, physicalPage: ByteCount
    ) -> ByteCount {
        // 10 % as an integer division by 10, as the original does; other percentages by multiplication.
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

    /// The goal of a heap whose memory is limited: a little under the limit, so that the scavenger begins before the
    /// limit is met.
    ///
    /// It bounds all that is mapped, not what is retained; it needs no cycle before it, and is not rounded, since it is
    /// only compared. A limit of ``ByteCount/maximum`` is none: no heap maps so much.
    ///
    /// - Parameters:
    ///   - limit: bytes that the heap and its metadata may have from the system.
    ///   - mapped: bytes that they have now.
    /// - Returns: nothing where the goal is met already.
    package static func forLimit(_ limit: ByteCount, mapped: ByteCount) -> ByteCount? {
        // A share below one: even that of the largest limit is a word.
        let goal = ByteCount(UInt(Double(limit.rawValue) * Tunables.limitShare))
        return mapped > goal ? goal : nil
    }

    /// The goal as the background scavenger takes it: off where there is nothing to give, or less than a physical page.
    ///
    /// - Parameter retained: bytes that the heap retains now.
    package static func effective(
        _ goal: ByteCount?, retained: ByteCount, physicalPage: ByteCount
    ) -> ByteCount? {
        guard let goal, retained > goal, retained - goal >= physicalPage else { return nil }
        return goal
    }
}
