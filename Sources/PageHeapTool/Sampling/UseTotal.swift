/// What all processes of a run have used so far. It never falls.
///
/// The sum of what can be read at one moment may be too low. A process whose parent waits for it just between the readings
/// of both is missed, once. And the kernel drops what a process used if its parent does not wait for it but ignores
/// SIGCHLD. So what is missing in two samples is taken to be lost, and is counted from then on.
struct UseTotal: Hashable, Sendable {
    private(set) var value = ProcessUse()
    private var lost = ProcessUse()
    private var missing = ProcessUse()

    /// The kernel's unit of the CPU times of children that were waited for, in seconds: a process that ends may lose less
    /// than that.
    static let tick = 0.01

    /// Takes over a new sum.
    /// - Parameters:
    ///   - sum: what all processes used, as far as it can be read.
    ///   - processes: how many there are.
    mutating func note(_ sum: ProcessUse, processes: Int) {
        var gap = value - (sum + lost)
        if gap.cpuSeconds < Self.tick * Double(processes + 1) { gap.cpuSeconds = 0 }
        lost += .smaller(gap, missing)
        value = .larger(value, sum + lost)
        missing = gap
    }
}
