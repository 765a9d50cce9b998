/// An operating system whose metadata is real, and which releases nothing: the heap memory of the workloads does not
/// exist.
struct NoReleaseSystem: OperatingSystem {
    private let real = HostOperatingSystem()
    /// It is read once, so that no workload measures the call.
    let physicalPageBytes: ByteCount

    init() { physicalPageBytes = real.physicalPageBytes }

    func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 { 0 }

    func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? { real.reserveMetadata(bytes) }

    func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) { real.cancelMetadata(address, bytes) }

    func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        real.makeMetadataAccessible(address, bytes)
    }

    func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) { real.unmapMetadata(address, bytes) }

    func unmap(_ address: UInt, _ bytes: ByteCount) {}

    func monotonicNanoseconds() -> Int64 { real.monotonicNanoseconds() }

    // The page allocator asks for none of these.

    func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? { nil }

    func cancel(_ address: UInt, _ bytes: ByteCount) {}

    func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    func coarseNanoseconds() -> Int64 { 0 }

    func threadProcessorNanoseconds() -> Int64 { 0 }
    func processProcessorNanoseconds() -> Int64 { 0 }
    func measureFaultNanoseconds(physicalPage: ByteCount) -> Double { 0 }

    func releasedMemoryReadsZero() -> Bool { true }

    func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool { false }

    func wake(_ word: UnsafeRawPointer) {}

    var hugePageBytes: ByteCount { 0 }

    var processors: Double { 1 }
    var currentProcessor: UInt32 { 0 }

    var isAddressSpaceLimited: Bool { false }

    var largestRequestBytes: ByteCount { .maximum }
    var memoryBytes: ByteCount { 0 }

    func readSurroundings() -> Surroundings? { nil }
}
