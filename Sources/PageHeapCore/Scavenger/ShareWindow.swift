/// The CPU time that the worker has used over the last ten seconds, or another length of time, in a hundred slots.
///
/// It bounds the share over *any* window of that length: work that would exceed the bound waits until enough of the
/// window has passed. ``BudgetPacer`` keeps to its budget of a minute this way. A controller steers towards its share
/// in the long run, but overshoots for seconds on machines of one or two processors, so it gets a bound over ten
/// seconds. Knows no clock: times come from the caller, in nanoseconds.
package struct ShareWindow: Sendable {
    /// One more than the window needs: the slot that is running out still counts as a whole, so the sum is never too
    /// low.
    private static var slotCount: Int { 101 }
    /// The length of the usual window.
    package static var nanoseconds: Int64 { 10_000_000_000 }

    private var slotNanoseconds: Int64
    /// Nanoseconds of CPU time used in each slot.
    private var slots: InlineArray<101, Int64>
    /// The number of the newest slot, counted from the worker's time 0.
    private var newest: Int64
    /// The sum of all slots, in nanoseconds.
    package private(set) var used: Int64

    /// - Parameter nanoseconds: the length of the window, a multiple of 100.
    package init(nanoseconds: Int64 = Self.nanoseconds) {
        slotNanoseconds = nanoseconds / Int64(Self.slotCount - 1)
        slots = InlineArray(repeating: 0)
        newest = 0
        used = 0
    }

    /// Adds CPU time that was used up to a moment.
    ///
    /// - Parameters:
    ///   - spent: nanoseconds of CPU time; a negative value counts as 0.
    ///   - now: the worker's time in nanoseconds, which never falls.
    package mutating func add(_ spent: Int64, at now: Int64) {
        advance(to: now)
        slots[Int(newest % Int64(Self.slotCount))] += max(spent, 0)
        used += max(spent, 0)
    }

    /// Returns how long to wait, in nanoseconds, until at most `bound` nanoseconds of CPU time lie in the window.
    package mutating func delay(until bound: Int64, at now: Int64) -> Int64 {
        advance(to: now)
        var left = used
        var age = Int64(Self.slotCount) - 1
        while left > bound && age > 0 {
            let slot = newest - age
            if slot >= 0 { left -= slots[Int(slot % Int64(Self.slotCount))] }
            age -= 1
            if left <= bound {
                // The slot leaves the window once the newest one is `slotCount` ahead of it.
                return max(0, (slot + Int64(Self.slotCount)) * slotNanoseconds - now)
            }
        }
        // The newest slot alone exceeds the bound: the whole window has to pass.
        return left > bound ? slotNanoseconds * Int64(Self.slotCount - 1) : 0
    }

    /// Clears the slots that have left the window.
    private mutating func advance(to now: Int64) {
        let slot = now / slotNanoseconds
        guard slot > newest else { return }
        if slot - newest >= Int64(Self.slotCount) {
            self = ShareWindow(nanoseconds: slotNanoseconds * Int64(Self.slotCount - 1))
        } else {
            for passed in (newest + 1)...slot {
                let index = Int(passed % Int64(Self.slotCount))
                used -= slots[index]
                slots[index] = 0
            }
        }
        newest = slot
    }
}
