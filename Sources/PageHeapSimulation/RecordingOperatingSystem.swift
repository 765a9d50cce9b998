import PageHeapCore

/// An operating system that forwards every call and records those that change something, so that a test can assert the
/// exact sequence of calls.
package final class RecordingOperatingSystem<Base: OperatingSystem>: OperatingSystem, @unchecked Sendable {
    package let base: Base

    private let lock = Lock()
    private var recorded: [SystemCall] = []
    private var hook: (@Sendable (SystemCall) -> Void)?

    package init(_ base: Base) { self.base = base }

    /// The recorded calls, in order.
    package var calls: [SystemCall] { lock.withLock { recorded } }

    /// The recorded calls of one kind, in order.
    package func calls(_ kind: SystemCallKind) -> [SystemCall] { calls.filter { $0.kind == kind } }

    /// Discards the recorded calls.
    package func forget() { lock.withLock { recorded = [] } }

    /// Sets a hook that runs after each recorded call, on the calling thread. It simulates what other threads may do
    /// meanwhile.
    package func onCall(_ hook: (@Sendable (SystemCall) -> Void)?) { lock.withLock { self.hook = hook } }

    private func record(_ call: SystemCall) {
        lock.withLock {
            recorded.append(call)
            return hook
        }?(call)
    }

    package func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        let address = base.reserve(bytes, alignment: alignment)
        record(.reserve(bytes: bytes.rawValue, alignment: alignment.rawValue, address: address))
        return address
    }

    package func cancel(_ address: UInt, _ bytes: ByteCount) {
        base.cancel(address, bytes)
        record(.cancel(address: address, bytes: bytes.rawValue))
    }

    package func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool {
        let granted = base.makeAccessible(address, bytes)
        record(.makeAccessible(address: address, bytes: bytes.rawValue, granted: granted))
        return granted
    }

    package func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 {
        let error = base.release(address, bytes, method: method)
        record(.release(address: address, bytes: bytes.rawValue, method: method, error: error))
        return error
    }

    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool { base.findResidentPages(address, bytes, in: pages) }

    package func noteUse(_ address: UInt, _ bytes: ByteCount) {
        base.noteUse(address, bytes)
        record(.noteUse(address: address, bytes: bytes.rawValue))
    }

    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool {
        let granted = base.allowHugePages(address, bytes)
        record(.allowHugePages(address: address, bytes: bytes.rawValue, granted: granted))
        return granted
    }

    package func forbidHugePages(_ address: UInt, _ bytes: ByteCount) {
        base.forbidHugePages(address, bytes)
        record(.forbidHugePages(address: address, bytes: bytes.rawValue))
    }

    package func splitHugePage(_ address: UInt, _ bytes: ByteCount) {
        base.splitHugePage(address, bytes)
        record(.splitHugePage(address: address, bytes: bytes.rawValue))
    }

    package func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        let memory = base.reserveMetadata(bytes)
        record(.reserveMetadata(bytes: bytes.rawValue, granted: memory != nil))
        return memory
    }

    package func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        base.cancelMetadata(address, bytes)
        record(.cancelMetadata(bytes: bytes.rawValue))
    }

    package func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        let granted = base.makeMetadataAccessible(address, bytes)
        record(.makeMetadataAccessible(bytes: bytes.rawValue, granted: granted))
        return granted
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
