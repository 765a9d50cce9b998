import PageHeapCore

/// The figures of a simulated machine.
package struct SimulatedMachine: Sendable {
    /// The unit in which the system maps and releases; a power of two, 4 KiB to 4 MiB.
    package var physicalPage: ByteCount = 4096
    /// The size of a huge page, 0 where unknown.
    package var hugePage: ByteCount = 0
    /// Whether huge pages are used where nobody asked for them.
    package var hugePagesComeUnasked = false
    /// Processors that the process may run on.
    package var processors: UInt = 1
    /// Where the heap's address space begins. Below it nothing is handed out.
    package var firstAddress: UInt = 1 << 40
    /// Bytes of address space that may be reserved at a time; more is refused.
    package var addressSpace: ByteCount = ByteCount(1 << 46)
    /// What the system answers when asked whether address space is limited.
    package var isAddressSpaceLimited = false
    /// The most that one request may ask for.
    package var largestRequest = ByteCount.maximum
    /// Whether released memory reads as zero.
    package var releasedMemoryReadsZero = true
    /// Nanoseconds that giving a physical page back takes, on both clocks.
    package var releaseNanosecondsPerPage: Int64 = 0

    package init() {}

    package init(physicalPage: ByteCount, hugePage: ByteCount) {
        self.physicalPage = physicalPage
        self.hugePage = hugePage
    }
}
