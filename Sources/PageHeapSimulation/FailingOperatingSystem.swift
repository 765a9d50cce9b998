import PageHeapCore

/// An operating system that refuses the calls that a plan names, and forwards all others. A refused call changes
/// nothing.
package final class FailingOperatingSystem<Base: OperatingSystem>: OperatingSystem, @unchecked Sendable {
    package let base: Base

    private let lock = Lock()
    private var plan: FailurePlan

    package init(_ base: Base, _ plan: FailurePlan = FailurePlan()) {
        self.base = base
        self.plan = plan
    }

    /// Replaces the plan. Calls are counted from now on.
    package func follow(_ plan: FailurePlan) { lock.withLock { self.plan = plan } }

    private func fails(_ kind: SystemCallKind) -> Bool { lock.withLock { plan.fails(kind) } }

    package func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        fails(.reserve) ? nil : base.reserve(bytes, alignment: alignment)
    }

    package func cancel(_ address: UInt, _ bytes: ByteCount) {
        if !fails(.cancel) { base.cancel(address, bytes) }
    }

    package func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool {
        fails(.makeAccessible) ? false : base.makeAccessible(address, bytes)
    }

    package func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 {
        fails(.release) ? lock.withLock { plan.releaseError } : base.release(address, bytes, method: method)
    }

    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool { fails(.findResidentPages) ? false : base.findResidentPages(address, bytes, in: pages) }

    package func noteUse(_ address: UInt, _ bytes: ByteCount) { base.noteUse(address, bytes) }

    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool {
        fails(.allowHugePages) ? false : base.allowHugePages(address, bytes)
    }

    package func forbidHugePages(_ address: UInt, _ bytes: ByteCount) {
        if !fails(.forbidHugePages) { base.forbidHugePages(address, bytes) }
    }

    package func splitHugePage(_ address: UInt, _ bytes: ByteCount) {
        if !fails(.splitHugePage) { base.splitHugePage(address, bytes) }
    }

    package func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        fails(.reserveMetadata) ? nil : base.reserveMetadata(bytes)
    }

    package func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        if !fails(.cancelMetadata) { base.cancelMetadata(address, bytes) }
    }

    package func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        fails(.makeMetadataAccessible) ? false : base.makeMetadataAccessible(address, bytes)
    }

    package func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool { base.isOccupied(address, bytes) }

    package func unmap(_ address: UInt, _ bytes: ByteCount) { base.unmap(address, bytes) }

    package func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        base.unmapMetadata(address, bytes)
    }

    package var physicalPageBytes: ByteCount { base.physicalPageBytes }
    package var hugePageBytes: ByteCount { base.hugePageBytes }
    package var hugePagesComeUnasked: Bool { base.hugePagesComeUnasked }
    package var processors: Double { base.processors }
    package var currentProcessor: UInt32 { base.currentProcessor }
    package var isAddressSpaceLimited: Bool { base.isAddressSpaceLimited }
    package var largestRequestBytes: ByteCount { base.largestRequestBytes }

    package var memoryBytes: ByteCount { base.memoryBytes }
    package func readSurroundings() -> Surroundings? { base.readSurroundings() }
    package func monotonicNanoseconds() -> Int64 { base.monotonicNanoseconds() }
    package func coarseNanoseconds() -> Int64 { base.coarseNanoseconds() }
    package func threadProcessorNanoseconds() -> Int64 { base.threadProcessorNanoseconds() }

    package func processProcessorNanoseconds() -> Int64 { base.processProcessorNanoseconds() }
    package func measureFaultNanoseconds(physicalPage: ByteCount) -> Double {
        base.measureFaultNanoseconds(physicalPage: physicalPage)
    }
    package func releasedMemoryReadsZero() -> Bool { base.releasedMemoryReadsZero() }
    package func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool {
        base.wait(word, while: expected, nanoseconds: nanoseconds)
    }
    package func wake(_ word: UnsafeRawPointer) { base.wake(word) }
}
