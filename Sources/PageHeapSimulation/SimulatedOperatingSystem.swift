import PageHeapCore

import class Foundation.NSLock

/// An operating system that only pretends to have memory: heaps of any size, on any machine, with clocks that move when
/// told to.
///
/// Address space of the heap is bookkeeping (reserved, accessible, resident), and a wrong transition is recorded as a
/// ``SimulatedViolation``. The heap's own books get real memory. Page faults are modelled by ``touch(_:_:)``.
package final class SimulatedOperatingSystem: OperatingSystem, @unchecked Sendable {
    package let machine: SimulatedMachine

    /// Guards all below.
    private let lock = NSLock()
    private var space: SimulatedAddressSpace
    private var clocks = SimulatedClocks()
    private var processorCount: UInt
    private var occupied: Range<UInt>?
    private var hook: (@Sendable (Int64) -> Void)?
    /// Address space for the heap's books: bytes by address.
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

    // What was accessible goes with the reservation.
    package func unmap(_ address: UInt, _ bytes: ByteCount) {}
    package func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {}

    package var physicalPageBytes: ByteCount { machine.physicalPage }
    package var hugePageBytes: ByteCount { machine.hugePage }
    package var processors: Double { lock.withLock { Double(processorCount) } }
    package var isAddressSpaceLimited: Bool { machine.isAddressSpaceLimited }
    package var largestRequestBytes: ByteCount { machine.largestRequest }
    package func monotonicNanoseconds() -> Int64 { lock.withLock { clocks.monotonic } }
    package func coarseNanoseconds() -> Int64 { monotonicNanoseconds() }
    package func threadProcessorNanoseconds() -> Int64 { lock.withLock { clocks.threadProcessor } }
    package func releasedMemoryReadsZero() -> Bool { machine.releasedMemoryReadsZero }

    /// Lets the time pass, and gives other 'threads' their turn: see ``onWait(_:)``. Nobody is woken early.
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

    /// Reserves a certain range and makes it accessible, past the heap. Answers false if part of it is reserved already.
    package func place(_ address: UInt, _ bytes: ByteCount) -> Bool {
        let range = address..<(address + bytes.rawValue)
        return lock.withLock {
            guard space.checkAligned(address, bytes), space.reserve(range) else { return false }
            space.makeAccessible(range)
            return true
        }
    }

    /// Has another mapping of the process lie in a range from now on, which the heap may have reserved.
    package func occupy(_ range: Range<UInt>) { lock.withLock { occupied = range } }

    /// Models access to memory.
    ///
    /// - Returns: the page faults that this took.
    @discardableResult
    package func touch(_ address: UInt, _ bytes: ByteCount) -> Int { lock.withLock { space.touch(address, bytes) } }

    /// Calls something whenever the heap waits, after the time has passed, with the nanoseconds that it asked for.
    package func onWait(_ hook: (@Sendable (Int64) -> Void)?) { lock.withLock { self.hook = hook } }

    /// Changes the processors that the process may run on.
    package func setProcessors(_ count: UInt) { lock.withLock { processorCount = count } }

    /// Sets the monotonic clock, also back.
    package func setMonotonic(nanoseconds: Int64) { lock.withLock { clocks.monotonic = nanoseconds } }

    /// Lets time pass without work.
    package func advance(nanoseconds: Int64) { lock.withLock { clocks.monotonic += nanoseconds } }

    /// Lets time pass with work of the calling thread: moves both clocks.
    package func work(nanoseconds: Int64) { lock.withLock { clocks.work(nanoseconds: nanoseconds) } }

    /// Bytes touched and not released since.
    package var residentBytes: ByteCount { lock.withLock { space.residentBytes } }
    /// Bytes of the heap's address space.
    package var reservedBytes: ByteCount { lock.withLock { space.reservedBytes } }
    /// Bytes of address space for the heap's books that were not given back.
    package var metadataReservedBytes: ByteCount {
        lock.withLock { metadata.values.reduce(0) { $0 + $1 } }
    }
    /// Bytes of physical memory that the heap's books have, in the real machine's pages.
    package var metadataResidentBytes: ByteCount {
        lock.withLock { metadata.reduce(0) { $0 + RealMemory.residentBytes($1.key, $1.value) } }
    }
    /// Page faults so far.
    package var faults: Int { lock.withLock { space.faults } }
    /// Wrong transitions so far; empty in a correct heap.
    package var violations: [SimulatedViolation] { lock.withLock { space.violations } }

    /// What Linux answers to a range that is not made of whole pages (EINVAL).
    private static var invalidArgument: Int32 { 22 }
}
