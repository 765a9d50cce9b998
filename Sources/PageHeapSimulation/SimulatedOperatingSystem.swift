import PageHeapCore

/// A simulated operating system, for heaps of any size on any machine, with clocks that advance only when told to.
///
/// The heap's address space exists only as state (reserved, accessible, resident). An invalid transition is recorded as
/// a ``SimulatedViolation``. The heap's metadata has real memory. ``touch(_:_:)`` simulates page faults.
package final class SimulatedOperatingSystem: OperatingSystem, @unchecked Sendable {
    package let machine: SimulatedMachine

    /// Guards all properties below.
    private let lock = Lock()
    private var space: SimulatedAddressSpace
    private var clocks = SimulatedClocks()
    private var processorCount: UInt
    private var processor: UInt32 = 0
    private var quota: Double?
    private var occupied: Range<UInt>?
    private var surroundings: Surroundings?
    private var readings = 0
    private var hook: (@Sendable (Int64) -> Void)?
    /// The address space of the heap's metadata: sizes by address.
    private var metadata: [UnsafeMutableRawPointer: ByteCount] = [:]

    package init(_ machine: SimulatedMachine = SimulatedMachine()) {
        self.machine = machine
        space = SimulatedAddressSpace(machine)
        processorCount = machine.processors
    }

    // MARK: What the heap asks

    package func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        lock.withLock { space.checkAligned(0, bytes) ? space.reserve(bytes, alignment: alignment) : nil }
    }

    package func cancel(_ address: UInt, _ bytes: ByteCount) {
        lock.withLock {
            if space.checkAligned(address, bytes) { space.cancel(address..<(address + bytes.rawValue)) }
        }
    }

    package func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool {
        lock.withLock {
            let range = address..<(address + bytes.rawValue)
            guard space.checkAligned(address, bytes), !isOccupied(range) else { return false }
            space.makeAccessible(range)
            return true
        }
    }

    package func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 {
        lock.withLock {
            guard space.checkAligned(address, bytes) else { return Self.invalidArgument }
            space.release(address..<(address + bytes.rawValue))
            let pages = Int64(bytes.rawValue / machine.physicalPage.rawValue)
            clocks.work(nanoseconds: pages * machine.releaseNanosecondsPerPage)
            return 0
        }
    }

    /// Takes away the memory of whole pages that the kernel moved elsewhere, or that the program gave up itself.
    package func discard(_ address: UInt, _ bytes: ByteCount) {
        lock.withLock { space.discard(address..<(address + bytes.rawValue)) }
    }

    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        lock.withLock {
            let range = address..<(address + bytes.rawValue)
            guard space.checkAligned(address, bytes), space.isReady(range) else { return false }
            for (index, isResident) in space.residents(in: range).enumerated() { pages[index] = isResident ? 1 : 0 }
            return true
        }
    }

    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool { machine.hugePage != 0 }

    package var hugePagesComeUnasked: Bool { machine.hugePagesComeUnasked }

    package func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        lock.withLock {
            guard let memory = RealMemory.reserve(bytes, alignment: machine.physicalPage) else { return nil }
            metadata[memory] = bytes
            return memory
        }
    }

    package func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        lock.withLock {
            if metadata[address] == bytes && RealMemory.cancel(address, bytes) { metadata[address] = nil }
        }
    }

    package func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        RealMemory.makeAccessible(address, bytes)
    }

    package func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool {
        lock.withLock { isOccupied(address..<(address + bytes.rawValue)) }
    }

    private func isOccupied(_ range: Range<UInt>) -> Bool { occupied?.overlaps(range) ?? false }

    // Nothing to do: cancelling the reservation also removes access.
    package func unmap(_ address: UInt, _ bytes: ByteCount) {}
    package func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {}

    package var physicalPageBytes: ByteCount { machine.physicalPage }
    package var hugePageBytes: ByteCount { machine.hugePage }
    package var processors: Double { lock.withLock { Double(processorCount) } }
    package var currentProcessor: UInt32 { lock.withLock { processor } }
    package var isAddressSpaceLimited: Bool { machine.isAddressSpaceLimited }
    package var largestRequestBytes: ByteCount { machine.largestRequest }

    package var memoryBytes: ByteCount { machine.memory }

    package func readSurroundings() -> Surroundings? {
        lock.withLock {
            readings += 1
            return surroundings
        }
    }
    package func monotonicNanoseconds() -> Int64 { lock.withLock { clocks.monotonic } }
    package func coarseNanoseconds() -> Int64 { monotonicNanoseconds() }
    package func threadProcessorNanoseconds() -> Int64 { lock.withLock { clocks.threadProcessor } }

    // The program beside the worker uses a fixed share of one processor.
    package func processProcessorNanoseconds() -> Int64 {
        lock.withLock { clocks.threadProcessor + Int64(Double(clocks.monotonic) * machine.programShare) }
    }
    package func measureFaultNanoseconds(physicalPage: ByteCount) -> Double { machine.faultNanoseconds }
    package func releasedMemoryReadsZero() -> Bool { machine.releasedMemoryReadsZero }

    /// Advances the clock and runs the hook of ``onWait(_:)``, which stands for other threads. Waits always
    /// last their full time.
    package func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool {
        if word.load(as: UInt32.self) != expected { return false }
        let turn = lock.withLock {
            if nanoseconds > 0 { clocks.monotonic += nanoseconds }
            return hook
        }
        turn?(nanoseconds)
        return nanoseconds >= 0
    }

    package func wake(_ word: UnsafeRawPointer) {}

    // MARK: What the test does and sees

    /// Reserves a given range and makes it accessible, bypassing the heap. Returns false if part of it is already
    /// reserved.
    package func place(_ address: UInt, _ bytes: ByteCount) -> Bool {
        let range = address..<(address + bytes.rawValue)
        return lock.withLock {
            guard space.checkAligned(address, bytes), space.reserve(range) else { return false }
            space.makeAccessible(range)
            return true
        }
    }

    /// Simulates another mapping of the process in a range, which the heap may have reserved.
    package func occupy(_ range: Range<UInt>) { lock.withLock { occupied = range } }

    /// Simulates access to memory.
    ///
    /// - Returns: the number of page faults.
    @discardableResult
    package func touch(_ address: UInt, _ bytes: ByteCount) -> Int { lock.withLock { space.touch(address, bytes) } }

    /// Sets a hook that runs whenever the heap waits, after the time has passed. Its argument is the requested time in
    /// nanoseconds.
    package func onWait(_ hook: (@Sendable (Int64) -> Void)?) { lock.withLock { self.hook = hook } }

    package var processorQuota: Double? { lock.withLock { quota } }

    /// Sets the number of processors that the process has time for.
    package func setProcessorQuota(_ processors: Double) { lock.withLock { quota = processors } }

    /// Moves all threads to a processor.
    package func setCurrentProcessor(_ number: UInt32) { lock.withLock { processor = number } }

    /// Sets the number of processors that the process may run on.
    package func setProcessors(_ count: UInt) { lock.withLock { processorCount = count } }

    /// Sets what the heap reads of its surroundings; nil if the system does not say.
    package func setSurroundings(_ surroundings: Surroundings?) { lock.withLock { self.surroundings = surroundings } }

    /// How often the heap has read its surroundings.
    package var readingsOfSurroundings: Int { lock.withLock { readings } }

    /// Sets the monotonic clock, which may go backwards.
    package func setMonotonic(nanoseconds: Int64) { lock.withLock { clocks.monotonic = nanoseconds } }

    /// Advances the monotonic clock only, as if the calling thread had not run.
    package func advance(nanoseconds: Int64) { lock.withLock { clocks.monotonic += nanoseconds } }

    /// Advances both clocks, as if the calling thread had worked.
    package func work(nanoseconds: Int64) { lock.withLock { clocks.work(nanoseconds: nanoseconds) } }

    /// The number of bytes that were touched and not released since.
    package var residentBytes: ByteCount { lock.withLock { space.residentBytes } }
    /// The size of the heap's reserved address space, in bytes.
    package var reservedBytes: ByteCount { lock.withLock { space.reservedBytes } }
    /// The size of the address space reserved for the heap's metadata, in bytes.
    package var metadataReservedBytes: ByteCount {
        lock.withLock { metadata.values.reduce(0) { $0 + $1 } }
    }
    /// The physical memory of the heap's metadata, in bytes, counted in pages of the real machine.
    package var metadataResidentBytes: ByteCount {
        lock.withLock { metadata.reduce(0) { $0 + RealMemory.residentBytes($1.key, $1.value) } }
    }
    /// The number of page faults so far.
    package var faults: Int { lock.withLock { space.faults } }
    /// The number of page faults so far in pages that had been released.
    package var refaults: Int { lock.withLock { space.refaults } }
    /// The invalid transitions so far; empty for a correct heap.
    package var violations: [SimulatedViolation] { lock.withLock { space.violations } }

    /// EINVAL, which Linux returns for a range that does not consist of whole pages.
    private static var invalidArgument: Int32 { 22 }
}
