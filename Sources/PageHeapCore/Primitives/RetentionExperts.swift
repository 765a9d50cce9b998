/// Estimates how much memory is worth keeping: windows of recent demand that compete by their cost.
///
/// Keeping free memory costs memory. Giving it back too early costs CPU time: the release now, and the faults when it
/// is needed again. A price puts both on one scale. Memory that is needed again within the *break-even time* was worth
/// keeping; all other memory was not (``RetentionPrice``):
///
///     break-even = round trip × exchange rate
///
/// The round trip is the CPU time to release a byte and to fault it in again; the exchange rate is the bytes of memory
/// that the machine has per processor. Their product is a few seconds.
///
/// Nobody knows the future, so seven *experts* compete. Each would keep the highest demand of its window, which is a
/// tenth of a second to eight seconds long. It is charged on the real demand curve for what it would have kept beyond
/// demand, and for what it would have faulted in:
///
///     cost ← cost × fade + (kept − demand) × time + break-even × max(0, demand − kept)      in byte-seconds
///
/// Costs halve in 30 seconds. The window of the cheapest expert sets the estimate. Another expert takes over only if
/// its cost is a fifth lower, because each change costs faults.
///
/// Consequences:
///
/// - After a single drop, memory goes within a fraction of a second, because a short window leads at the start.
/// - Load that swings faster than the break-even time makes short windows pay for faults, and a longer one takes over
///   within a few swings. Load that swings more slowly makes long windows pay for memory.
/// - Each fixed window costs 1.8 to 18 times the best choice in hindsight on some curve of the tests. The experts cost
///   some 1.07 times that in the geometric mean, and 1.5 times at worst.
/// - The estimate depends on demand, time and the price alone, not on how fast memory is really released.
/// - While demand is constant, the estimate falls for eight seconds at most; after that it needs no more ticks.
///
/// Knows no clock: times come from the caller, in nanoseconds. The method is known as prediction with expert advice;
/// here with costs that fade.
package struct RetentionExperts: Sendable {
    package static var count: Int { 7 }
    /// The length of each expert's window in slots of ``Tunables/demandSlotNanoseconds``. The last one is as long as
    /// the history.
    private static var windows: InlineArray<7, Int> { [2, 5, 10, 20, 40, 80, 160] }
    private static var slotCount: Int { 160 }

    /// The highest demand of each slot of time in bytes, in a ring.
    private var peaks = InlineArray<160, UInt>(repeating: 0)
    /// The number of the newest slot, counted from time 0; -1 before the first tick.
    private var newest: Int64 = -1
    /// The caller's time at the last tick, and the time of the history's own clock.
    private var lastTick: Int64 = 0
    private var clock: Int64 = 0
    /// The demand at the end of the last tick. It counts as the demand until the next tick's peak.
    private var held: UInt = 0
    /// What each expert keeps, in bytes.
    private var kept = InlineArray<7, UInt>(repeating: 0)
    /// The faded cost of each expert in byte-seconds.
    private var costs = InlineArray<7, Double>(repeating: 0)
    /// The expert whose window is used; the shortest window leads at the start.
    private var leader = 0

    package init() {}

    /// The window of the leading expert in nanoseconds.
    package var window: Int64 { Int64(Self.windows[leader]) * Tunables.demandSlotNanoseconds }

    /// Whether the estimate can no longer change while demand is constant. Otherwise ticks must go on.
    package var isSettled: Bool { kept[leader] <= held }

    /// Ends a tick.
    ///
    /// - Parameters:
    ///   - now: the monotonic time in nanoseconds. If it does not advance, a tick's length counts as passed, so that
    ///     the estimate settles whatever the clock does.
    ///   - peak: the highest number of bytes in use since the last call.
    ///   - risenAt: when demand rose towards the peak, if it did; nil counts as now. After a long time without ticks,
    ///     it tells a long phase of high demand from a short one.
    ///   - demand: the bytes in use now.
    ///   - breakEven: the time in seconds for which keeping a byte costs as much as releasing it and faulting it in
    ///     again.
    /// - Returns: the bytes to keep.
    /// - Complexity: about 400 steps.
    package mutating func tick(
        at now: Int64, peak: ByteCount, risenAt: Int64? = nil, demand: ByteCount, breakEven: Double
    ) -> ByteCount {
        // Clamped to 4 PiB, so that sums of products keep their precision.
        let peak = min(max(peak, demand).rawValue, 1 << 52)
        if newest < 0 { begin(at: now, demand: peak) }
        if let risenAt, risenAt > lastTick && risenAt < now {
            step(to: risenAt, peak: peak, demand: peak, breakEven: breakEven)
        }
        step(to: now, peak: peak, demand: min(demand.rawValue, 1 << 52), breakEven: breakEven)
        chooseLeader()
        return ByteCount(max(kept[leader], held))
    }

    /// Goes on to a time. Until then demand was what it was at the last one; it rises to a peak, and changes to
    /// `demand` at once.
    private mutating func step(to now: Int64, peak: UInt, demand: UInt, breakEven: Double) {
        // After an hour, everything is forgotten.
        let sinceLast = now.subtractingReportingOverflow(lastTick)
        let passed =
            sinceLast.overflow || sinceLast.partialValue <= 0
            ? Tunables.tickNanoseconds : min(sinceLast.partialValue, 3_600_000_000_000)
        lastTick = now
        clock &+= passed
        let slot = clock / Tunables.demandSlotNanoseconds
        hold(until: slot)
        charge(passed, keptBefore: windowPeaks(), peak: peak, breakEven: breakEven)
        record(peak, in: slot)
        held = demand
        kept = windowPeaks()
    }

    private mutating func begin(at now: Int64, demand: UInt) {
        for expert in 1..<Self.count { costs[expert] = Tunables.expertHandicap }
        lastTick = now
        newest = 0
        held = demand
        peaks = InlineArray(repeating: demand)
        kept = InlineArray(repeating: demand)
    }

    /// Charges each expert for a stretch of constant demand, and for the rise to a peak at its end.
    private mutating func charge(_ passed: Int64, keptBefore: InlineArray<7, UInt>, peak: UInt, breakEven: Double) {
        let fade = Self.fade(passed)
        for expert in 0..<Self.count {
            let inWindow = min(passed, Int64(Self.windows[expert]) * Tunables.demandSlotNanoseconds)
            let memory = Double(kept[expert] - min(held, kept[expert])) * Double(inWindow) / 1e9
            let faulted = peak > keptBefore[expert] ? Double(peak - keptBefore[expert]) : 0
            costs[expert] = costs[expert] * fade + memory + faulted * breakEven
        }
    }

    private mutating func chooseLeader() {
        var best = leader
        for expert in 0..<Self.count where costs[expert] < costs[best] { best = expert }
        if costs[best] < costs[leader] * Tunables.expertHysteresis { leader = best }
    }

    // MARK: The ring

    /// Fills the slots before `slot` that have no tick with the demand at the end of the last one.
    private mutating func hold(until slot: Int64) {
        let held = held
        let first = max(newest + 1, slot - Int64(Self.slotCount))
        withPeaks { for passed in stride(from: first, to: slot, by: 1) { $0[Int(passed % 160)].pointee = held } }
        newest = max(newest, slot - 1)
    }

    private mutating func record(_ peak: UInt, in slot: Int64) {
        let isNew = slot > newest
        withPeaks { ring in
            let place = ring[Int(slot % Int64(Self.slotCount))]
            place.pointee = isNew ? peak : max(place.pointee, peak)
        }
        newest = slot
    }

    /// The highest demand of each expert's window, which ends with the newest slot.
    private mutating func windowPeaks() -> InlineArray<7, UInt> {
        let newest = newest
        return withPeaks { ring in
            var result = InlineArray<7, UInt>(repeating: 0)
            var highest: UInt = 0
            var ago = 0
            for expert in 0..<Self.count {
                while ago < Self.windows[expert] {
                    let slot = newest - Int64(ago) + Int64(Self.slotCount)
                    highest = max(highest, ring[Int(slot % Int64(Self.slotCount))].pointee)
                    ago += 1
                }
                result[expert] = highest
            }
            return result
        }
    }

    private mutating func withPeaks<Result>(_ body: (InPlace<160, UInt>) -> Result) -> Result {
        withUnsafeMutablePointer(to: &peaks) { body(InPlace($0)) }
    }

    /// The part of a cost that is left after some nanoseconds: halved for each whole half-life, and a straight line in
    /// between.
    private static func fade(_ passed: Int64) -> Double {
        let halves = passed / Tunables.expertHalfLifeNanoseconds
        if halves > 50 { return 0 }
        let rest = Double(passed % Tunables.expertHalfLifeNanoseconds) / Double(Tunables.expertHalfLifeNanoseconds)
        return (1 - rest / 2) / Double(Int64(1) << halves)
    }
}
