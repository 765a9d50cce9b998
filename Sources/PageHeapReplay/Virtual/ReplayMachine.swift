import PageHeapCore
import PageHeapSimulation

/// The machine on which a trace is replayed in virtual time, and what its memory and its CPU time cost.
///
/// Always the same one, whatever machine the command runs on, so that the same trace gives the same result everywhere. Costs
/// are those that the heap assumes before it has measured them (`Tunables`): pages of 4 KiB, no huge ones.
package struct ReplayMachine: Hashable, Sendable {
    /// The number of processors.
    package var processors: UInt = 4

    package init() {}

    /// The size of a physical page in bytes.
    package static var pageBytes: UInt { 4096 }

    /// The most address space that a replayed heap may have. The simulation keeps some 500 bytes for each 4 MiB of it.
    package static var mostBytes: UInt { 1 << 40 }

    /// CPU nanoseconds to release a page.
    package static var releaseNanoseconds: Double { Tunables.releaseSecondsPerByte * Double(pageBytes) * 1e9 }

    /// CPU nanoseconds to fault a page in.
    package static var faultNanoseconds: Double { releaseNanoseconds * Tunables.faultPerRelease }

    /// The exchange rate: how many bytes, kept for as long as a processor works, cost as much as its work.
    package static var bytesPerProcessor: Double { Tunables.usualBytesPerProcessor }

    var simulated: SimulatedMachine {
        var machine = SimulatedMachine(physicalPage: ByteCount(Self.pageBytes), hugePage: 0)
        machine.processors = processors
        machine.addressSpace = ByteCount(Self.mostBytes)
        machine.largestRequest = ByteCount(Self.mostBytes)
        machine.memory = ByteCount(UInt(Self.bytesPerProcessor) * processors)
        machine.faultNanoseconds = Self.faultNanoseconds
        return machine
    }
}
