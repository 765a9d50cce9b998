import Synchronization

/// Whether tasks of the process's container, or of the machine, have to wait for memory.
///
/// The system counts the time for which some task waited. If that grew, from one reading to the next, by more than
/// ``Tunables/pressureShare`` of the time between them, there is pressure, and it lasts for
/// ``Tunables/pressureNanoseconds``. All of it is relaxed: figures of a thread that reads the surroundings, for the
/// worker, which it wakes.
package struct PressureWatch: ~Copyable {
    /// The system's count at the last reading, and when that was: coarse monotonic nanoseconds, 0 before the first one.
    private let stalled = Atomic<Int64>(0)
    private let time = Atomic<Int64>(0)
    /// Until when the pressure lasts; the same clock.
    private let end = Atomic<Int64>(0)
    private let findings = Atomic<UInt64>(0)

    package init() {}

    /// The number of readings that found pressure.
    package var count: UInt64 { findings.load(ordering: .relaxed) }

    /// Whether there is pressure.
    package func isOn(at now: Int64) -> Bool { now < end.load(ordering: .relaxed) }

    /// Takes a reading.
    ///
    /// - Parameters:
    ///   - total: nanoseconds for which some task has waited so far.
    ///   - now: the coarse monotonic time in nanoseconds.
    /// - Returns: whether there is pressure.
    package func note(stalled total: Int64, at now: Int64) -> Bool {
        let before = stalled.exchange(total, ordering: .relaxed)
        let last = time.exchange(now, ordering: .relaxed)
        guard last != 0, now > last, total > before,
            Double(total &- before) > Double(now &- last) * Tunables.pressureShare
        else { return false }
        end.store(now &+ Tunables.pressureNanoseconds, ordering: .relaxed)
        findings.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Begins anew in a forked child.
    func becomeChild() { findings.store(0, ordering: .relaxed) }
}
