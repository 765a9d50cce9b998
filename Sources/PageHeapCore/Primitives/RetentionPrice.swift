/// The price of memory in CPU time: what decides for how long free memory is worth keeping.
///
/// One processor's time buys as much memory as the machine has per processor. So keeping a byte for the *break-even
/// time* costs as much as releasing it now and faulting it in later:
///
///     break-even = (release + fault) × bytes per processor
///
/// Both costs are measured: the worker's own releases of free pages, and a few faults in new memory at the end of the
/// first cycle. Holes in spans are left out, because the goal does not decide about them.
///
/// Whole huge pages cost much less: some 3 ms per GiB to release. If releases turn out that cheap beside a fault, the
/// heap must lie in huge pages, and a fault counts as an eighth of what was measured with small ones.
package struct RetentionPrice: Sendable {
    /// CPU seconds that the release of a byte takes, a moving average over bytes; 0 before the first measurement.
    private var release = 0.0
    /// CPU seconds that faulting a byte in takes, with small pages; 0 before the measurement.
    private var smallPageFault = 0.0
    /// Whether ``note(faultNanoseconds:physicalPage:)`` was called.
    package private(set) var knowsFault = false

    package init() {}

    /// Takes the cost of a release of free pages into the average.
    ///
    /// - Parameters:
    ///   - bytes: bytes released.
    ///   - nanoseconds: CPU time that this took.
    package mutating func note(released bytes: ByteCount, nanoseconds: Int64) {
        guard bytes >= Tunables.scavengeQuantumBytes, nanoseconds > 0 else { return }
        let measured = Double(nanoseconds) / 1e9 / Double(bytes.rawValue)
        // As much weight as its bytes have beside those of the last few releases.
        let weight = min(1, Double(bytes.rawValue) / Double(Tunables.priceMemoryBytes.rawValue))
        let mixed = releaseCost + (measured - releaseCost) * weight
        // A stretch that was interrupted, or a clock that stands still, must not turn the estimate upside down.
        release = min(max(mixed, Tunables.releaseSecondsPerByte / 40), Tunables.releaseSecondsPerByte * 4)
    }

    /// Takes the measured cost of a fault.
    ///
    /// - Parameters:
    ///   - faultNanoseconds: CPU time of a fault; 0 if it could not be measured.
    ///   - physicalPage: the bytes that a fault brings in.
    package mutating func note(faultNanoseconds: Double, physicalPage: ByteCount) {
        knowsFault = true
        guard faultNanoseconds > 0 else { return }
        let usual = Tunables.releaseSecondsPerByte * Tunables.faultPerRelease
        smallPageFault = min(max(faultNanoseconds / 1e9 / Double(physicalPage.rawValue), usual / 4), usual * 4)
    }

    /// Returns the nanoseconds of CPU time that the release of holes may take.
    package func worth(ofHoles bytes: ByteCount) -> Double {
        releaseCost * Tunables.holeWorth * Double(bytes.rawValue) * 1e9
    }

    private var releaseCost: Double { release > 0 ? release : Tunables.releaseSecondsPerByte }

    private var faultCost: Double {
        let small = smallPageFault > 0 ? smallPageFault : releaseCost * Tunables.faultPerRelease
        return small > releaseCost * Tunables.hugeFaultPerRelease ? small / Tunables.hugeFaultDivisor : small
    }

    /// The break-even time in seconds.
    ///
    /// - Parameters:
    ///   - memory: the memory that the machine or a limit offers; 0 or the maximum if unknown.
    ///   - processors: the machine's processors, more than 0.
    package func breakEven(memory: ByteCount, processors: Double) -> Double {
        let isKnown = memory > 0 && memory < .maximum
        let perProcessor = isKnown ? Double(memory.rawValue) / processors : Tunables.usualBytesPerProcessor
        let rate = min(max(perProcessor, Tunables.leastBytesPerProcessor), Tunables.mostBytesPerProcessor)
        return (releaseCost + faultCost) * rate
    }
}
