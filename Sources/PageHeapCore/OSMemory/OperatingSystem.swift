/// The heap's interface to the operating system: address space, clocks and the figures of the machine.
///
/// A memory range of the heap is in one of four states; the calls are the transitions:
///
///     none ── reserve ──▶ reserved ── makeAccessible ──▶ ready ── release ──▶ ready, without physical memory
///
/// The heap is generic over the system. There is the real one, and for tests a recording one, one that fails on
/// schedule, and a simulated one with a virtual clock. Calls report errors as return values and leave `errno` to the
/// program.
package protocol OperatingSystem: ~Copyable, Sendable {
    /// Reserves address space, which cannot be accessed yet. On systems where addresses can be chosen nothing is
    /// mapped, so other mappings of the process may come to lie in the range.
    ///
    /// - Parameters:
    ///   - bytes: a multiple of the physical page.
    ///   - alignment: bytes, a power of two, at least the physical page.
    /// - Returns: the address, or `nil` if the system refuses.
    func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt?

    /// Returns reserved address space. Every accessible part of it must have been unmapped before.
    func cancel(_ address: UInt, _ bytes: ByteCount)

    /// Makes a range of reserved address space accessible that was not accessible before. It reads as zero and takes no
    /// physical memory until it is touched.
    ///
    /// - Returns: false if the system refuses or another mapping lies there; then nothing has changed.
    func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Whether a foreign mapping lies in a reserved range that is not accessible yet, so that the heap can never use
    /// the range.
    func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Unmaps a range that ``makeAccessible(_:_:)`` mapped, and nothing else. Must be called before ``cancel(_:_:)``.
    func unmap(_ address: UInt, _ bytes: ByteCount)

    /// Reserves address space for metadata; this call and the ones that follow are the same transitions for metadata. A
    /// simulated system backs metadata, and only metadata, with real memory.
    func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer?
    /// Reserves metadata address space whose end is used first: adjacent to the previous reservation, if the system can
    /// do that.
    func reserveMetadataUsedFromEnd(_ bytes: ByteCount) -> UnsafeMutableRawPointer?
    func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount)
    func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool
    func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount)

    /// Releases the physical memory of a ready range.
    ///
    /// - Returns: 0, or the system's positive error number; then the range keeps its memory.
    func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32

    /// Releases the physical memory of several ranges, with one call if the system has a vectored one.
    ///
    /// - Returns: the number of ranges, counted from the first, that have lost their memory. The next range was refused
    ///   or not tried.
    func release(_ ranges: UnsafeBufferPointer<MemoryRange>, method: ReleaseMethod) -> Int

    /// Finds out which physical pages of a ready range have memory. Pages that were swapped out have none.
    ///
    /// - Parameter pages: receives a byte for each physical page, whose lowest bit says it.
    /// - Returns: false if the system does not say.
    func findResidentPages(_ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>) -> Bool

    /// Moves the memory of a ready range with its contents over another range, whose own memory is lost. The source
    /// range stays ready, without physical memory.
    ///
    /// - Returns: false if the system cannot do that; then nothing has changed.
    func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool

    /// Maps fresh memory over a ready range that received moved memory.
    ///
    /// - Returns: false if the system refuses; then nothing has changed.
    func renew(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Makes ready pages guard pages: they lose their memory, and an access to them faults. The mapping is not divided.
    ///
    /// - Returns: false if the system cannot do that. Then some of the pages may have become guard pages.
    func setGuard(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Makes guard pages ready again; they read as zero. Pages that are no guard pages stay as they are.
    ///
    /// - Returns: false if the system refuses; then some of the pages may still be guard pages.
    func removeGuard(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Copies the contents of blocks whose memory is ready. A simulated system, which has no contents, touches the target.
    func copy(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ bytes: ByteCount)

    /// Announces the use of a ready range that is partly without physical memory. Some systems account for that.
    func noteUse(_ address: UInt, _ bytes: ByteCount)

    /// Allows huge pages for a ready range.
    ///
    /// - Returns: false if the system has no huge pages, or could not split them again.
    func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Stops new huge pages for a ready range; existing ones stay.
    func forbidHugePages(_ address: UInt, _ bytes: ByteCount)

    /// Splits the huge page under some of its physical pages, if there is one. Until it is split, releasing a part of
    /// it frees no memory, whatever the resident size says.
    func splitHugePage(_ address: UInt, _ bytes: ByteCount)

    /// Whether the system uses huge pages without being asked to.
    var hugePagesComeUnasked: Bool { get }

    /// Whether memory released ``ReleaseMethod/now`` reads as zero. Tested once, on a page of its own.
    func releasedMemoryReadsZero() -> Bool

    /// The size of a physical page in bytes, the unit in which the system maps and releases: a power of two.
    var physicalPageBytes: ByteCount { get }

    /// The size of a huge page in bytes; 0 if unknown.
    var hugePageBytes: ByteCount { get }

    /// The number of processors that the process may use, fractional if its control group has a quota; more than 0.
    var processors: Double { get }

    /// The number of processors that the process has time for, if its control group has a quota that is known.
    var processorQuota: Double? { get }

    /// The number of the processor that the calling thread runs on: a hint. The thread is one that the C library knows.
    var currentProcessor: UInt32 { get }

    /// Whether the process's address space is limited, so that a large reservation would take it from the program.
    var isAddressSpaceLimited: Bool { get }

    /// The largest size in bytes that a single request may sensibly ask for: memory plus swap, or the maximum if the
    /// system is configured to grant any request.
    var largestRequestBytes: ByteCount { get }

    /// The machine's memory in bytes, as it was read before the worker started; 0 if it was not read, and the maximum
    /// if the system did not say.
    var memoryBytes: ByteCount { get }

    /// Reads what the process's control groups leave it, and how long tasks have waited for memory. Opens files, so only
    /// threads of the program call it.
    ///
    /// - Returns: nil if the system does not say or may not be asked.
    func readSurroundings() -> Surroundings?

    /// Returns the monotonic time in nanoseconds since an arbitrary moment; it never falls on a correct system.
    func monotonicNanoseconds() -> Int64

    /// Returns the same monotonic time, at less cost and some milliseconds late.
    func coarseNanoseconds() -> Int64

    /// Returns the CPU time of the calling thread in nanoseconds.
    func threadProcessorNanoseconds() -> Int64

    /// Returns the CPU time of all threads of the process in nanoseconds.
    func processProcessorNanoseconds() -> Int64

    /// Measures the CPU time of a page fault, with a few pages of new memory.
    ///
    /// - Returns: nanoseconds per fault; 0 if that cannot be measured.
    func measureFaultNanoseconds(physicalPage: ByteCount) -> Double

    /// Sleeps while a word of memory holds `expected`, until another thread calls ``wake(_:)`` or the time is up. May
    /// return spuriously.
    ///
    /// - Parameter nanoseconds: the longest time to sleep; negative for no limit.
    /// - Returns: whether the time is up.
    func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool

    /// Wakes one thread that sleeps on a word.
    func wake(_ word: UnsafeRawPointer)
}

extension OperatingSystem where Self: ~Copyable {
    package func reserveMetadataUsedFromEnd(_ bytes: ByteCount) -> UnsafeMutableRawPointer? { reserveMetadata(bytes) }

    /// Maps metadata that is accessible as a whole. `nil` if the system refuses.
    func mapMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        guard let memory = reserveMetadata(bytes) else { return nil }
        if makeMetadataAccessible(memory, bytes) { return memory }
        cancelMetadata(memory, bytes)
        return nil
    }

    /// Unmaps and cancels what ``mapMetadata(_:)`` returned.
    func unmapWholeMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        unmapMetadata(address, bytes)
        cancelMetadata(address, bytes)
    }

    // The default for systems that observe page use by themselves.
    package func noteUse(_ address: UInt, _ bytes: ByteCount) {}

    // The default for systems whose reservations keep all other mappings out.
    package func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    // The default for systems that do not say.
    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool { false }

    // The default for systems whose memory is real.
    @inline(__always)
    package func copy(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        target.copyMemory(from: source, byteCount: Int(bitPattern: bytes.rawValue))
    }

    // The default for systems that cannot move memory.
    package func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool { false }
    package func renew(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    // The default for systems without guard pages.
    package func setGuard(_ address: UInt, _ bytes: ByteCount) -> Bool { false }
    package func removeGuard(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    // The default for systems without control groups.
    package func readSurroundings() -> Surroundings? { nil }

    package var processorQuota: Double? { nil }

    // The default for systems without huge pages.
    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool { false }
    package func forbidHugePages(_ address: UInt, _ bytes: ByteCount) {}
    package func splitHugePage(_ address: UInt, _ bytes: ByteCount) {}
    package var hugePagesComeUnasked: Bool { false }

    package func release(_ ranges: UnsafeBufferPointer<MemoryRange>, method: ReleaseMethod) -> Int {
        var done = 0
        while done < ranges.count && release(ranges[done].address, ranges[done].bytes, method: method) == 0 {
            done += 1
        }
        return done
    }
}

/// When the system takes released memory.
package enum ReleaseMethod: Int32, Sendable {
    /// At once: resident memory falls, and the pages read as zero.
    case now = 0
    /// When the system needs it: resident memory falls later, and until then the pages may keep their contents.
    case lazily = 1
}

/// A range of the process's memory, in the layout of `struct iovec`, as vectored system calls expect it.
package struct MemoryRange: BitwiseCopyable, Sendable {
    package var address: UInt
    package var bytes: ByteCount

    package init(address: UInt, bytes: ByteCount) {
        self.address = address
        self.bytes = bytes
    }
}

/// Which memory of a heap may be backed by huge pages.
package enum HugePageUse: Sendable {
    /// What the system backs with them by itself.
    case system
    /// Also the growth of a large heap. Page faults then cost a quarter as much; but four times as much on virtual
    /// machines whose host takes idle memory back, because memory then returns a huge page at a time.
    case growth
    /// None.
    case never
}

/// The error numbers that the heap distinguishes. They are the same on all systems it runs on.
package enum SystemError {
    /// EINVAL: a call that the kernel does not know, or pages that it must not take, such as locked ones.
    package static var invalidArgument: Int32 { 22 }
}
