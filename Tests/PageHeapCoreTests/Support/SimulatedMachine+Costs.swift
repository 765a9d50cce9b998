import PageHeapSimulation

extension SimulatedMachine {
    /// A machine on which the release of a page costs the same share of the machine's time as on a real one.
    ///
    /// With one processor the cost itself is that of a real machine; it grows with the number of processors.
    static func withRealCosts(processors: UInt = 2) -> SimulatedMachine {
        var machine = SimulatedMachine()
        machine.processors = processors
        machine.releaseNanosecondsPerPage = 400 * Int64(processors)
        return machine
    }
}
