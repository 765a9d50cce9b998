import PageHeapCore

/// The properties of a simulated machine.
package struct SimulatedMachine: Sendable {
    /// The size of a physical page, the unit of mapping and releasing; a power of two, 4 KiB to 4 MiB.
    package var physicalPage: ByteCount = 4096
    /// The size of a huge page, 0 if unknown.
    package var hugePage: ByteCount = 0
    /// Whether the system uses huge pages by itself.
    package var hugePagesComeUnasked = false
    /// The number of processors that the process may run on.
    package var processors: UInt = 1
    /// The lowest address that the system reserves for the heap.
    package var firstAddress: UInt = 1 << UInt(PageGeometry.row.heapAddressBits - 8)
    /// The most address space that may be reserved at any one time, in bytes; more is refused.
    package var addressSpace = ByteCount(1 << UInt(PageGeometry.row.heapAddressBits - 2))
    /// Whether the system reports that address space is limited.
    package var isAddressSpaceLimited = false
    /// The largest size of one request.
    package var largestRequest = ByteCount.maximum
    /// The machine's memory.
    package var memory = ByteCount(24 << 30)
    /// The share of one processor that the program's threads use, beside the worker: 0 for a program that sleeps.
    package var programShare = 0.0
    /// Whether released memory reads as zero.
    package var releasedMemoryReadsZero = true
    /// The time that releasing a physical page takes, on both clocks, in nanoseconds.
    package var releaseNanosecondsPerPage: Int64 = 0

    /// The CPU time of a page fault, in nanoseconds; 0 if it cannot be measured.
    package var faultNanoseconds = 0.0

    package init() {}

    package init(physicalPage: ByteCount, hugePage: ByteCount) {
        self.physicalPage = physicalPage
        self.hugePage = hugePage
    }
}
