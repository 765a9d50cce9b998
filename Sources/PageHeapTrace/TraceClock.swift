/// What the ticks of a trace are in nanoseconds.
struct TraceClock: Hashable, Sendable {
    let ticksPerSecond: UInt64
    let firstTick: UInt64

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    /// Returns the time since the recording began, rounded down; a tick before that is taken for its beginning.
    func nanoseconds(at tick: UInt64) -> UInt64 {
        guard tick > firstTick, ticksPerSecond > 0 else { return 0 }
        let product = (tick - firstTick).multipliedFullWidth(by: Self.nanosecondsPerSecond)
        // Damaged numbers must not overflow.
        if product.high >= ticksPerSecond { return .max }
        return ticksPerSecond.dividingFullWidth(product).quotient
    }
}
