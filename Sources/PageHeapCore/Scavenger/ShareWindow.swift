/// The CPU time that the worker has used over the last ten seconds, in slots of a tenth of a second.
///
/// The pacer steers towards its share in the long run, but overshoots for seconds on machines of one or two processors.
/// This is what bounds the share over *any* ten seconds: work that would pass the bound waits until enough of the window
/// has passed. Knows no clock: times come from the caller, in nanoseconds.
///
/// All zero bytes are a window without work.
package struct ShareWindow: Sendable {
    /// One more than ten seconds: the slot that is running out still counts whole, so the sum is never too low.
    private static var slotCount: Int { 101 }
    private static var slotNanoseconds: Int64 { 100_000_000 }
    package static var nanoseconds: Int64 { 10_000_000_000 }

    /// Nanoseconds of CPU time used in each slot.
    private var slots: InlineArray<101, Int64>
    /// The number of the newest slot, since the worker's time 0.
    private var newest: Int64
    /// The sum of all slots.
    package private(set) var used: Int64

    package init() {
        slots = InlineArray(repeating: 0)
        newest = 0
        used = 0
    }

    /// Takes CPU time that was used up to a moment.
    ///
    /// - Parameters:
    ///   - spent: nanoseconds of CPU time; below 0 counts as none.
    ///   - now: the worker's time, which never falls.
    package mutating func add(_ spent: Int64, at now: Int64) {
        advance(to: now)
        slots[Int(newest % Int64(Self.slotCount))] += max(spent, 0)
        used += max(spent, 0)
    }

    /// How long to wait until no more than `bound` nanoseconds of CPU time lie in the window.
    package mutating func delay(until bound: Int64, at now: Int64) -> Int64 {
        advance(to: now)
        var left = used
        var age = Int64(Self.slotCount) - 1
        while left > bound && age > 0 {
            let slot = newest - age
            if slot >= 0 { left -= slots[Int(slot % Int64(Self.slotCount))] }
            age -= 1
            if left <= bound {
                // The slot leaves the window when the newest is as many slots on.
                return max(0, (slot + Int64(Self.slotCount)) * Self.slotNanoseconds - now)
            }
        }
        // The work of the newest slot alone is too much: all of the window has to pass.
        return left > bound ? Self.nanoseconds : 0
    }

    /// Forgets the slots that have left the window.
    private mutating func advance(to now: Int64) {
        let slot = now / Self.slotNanoseconds
        guard slot > newest else { return }
        if slot - newest >= Int64(Self.slotCount) {
            self = ShareWindow()
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
