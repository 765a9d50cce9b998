/// What the heap asks of the operating system: address space, clocks, the machine's figures.
///
/// A memory range of the heap is in one of four states; the calls are the transitions:
///
///     none ── reserve ──▶ reserved ── makeAccessible ──▶ ready ── release ──▶ ready, without physical memory
///
/// The real system, a recording one, one that fails on schedule and a simulated one with a virtual clock conform; the
/// heap is generic over them. Calls answer with values, never with errno, which stays the program's.
package protocol OperatingSystem: ~Copyable, Sendable {
    /// Takes address space that cannot be accessed yet. It may be no more than chosen: then other mappings of the process
    /// may come to lie in it.
    ///
    /// - Parameters:
    ///   - bytes: a multiple of the physical page.
    ///   - alignment: a power of two, at least the physical page.
    /// - Returns: its address, or nothing if the system refuses.
    func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt?

    /// Gives reserved address space back. What was made accessible of it has been unmapped.
    func cancel(_ address: UInt, _ bytes: ByteCount)

    /// Makes reserved address space usable that was not before; it reads as zero, and costs nothing until it is touched.
    ///
    /// - Returns: false if the system refuses, or something else lies there; then nothing has changed.
    func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Whether something that is not the heap's lies in reserved address space that is not usable yet, so that it never can be.
    func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Takes away what ``makeAccessible(_:_:)`` gave: nothing but that, and before it is cancelled.
    func unmap(_ address: UInt, _ bytes: ByteCount)

    /// The same for memory of the heap's own books. A simulated system gives real memory here, and only here.
    func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer?
    /// Address space whose end is used first: next to what was reserved before it, if the system can do that.
    func reserveMetadataUsedFromEnd(_ bytes: ByteCount) -> UnsafeMutableRawPointer?
    func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount)
    func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool
    func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount)

    /// Gives the physical memory of a ready range back.
    ///
    /// - Returns: 0, or the system's positive error number; then the range keeps its memory.
    func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32

    /// The same for several ranges, in one call where the system has one.
    ///
    /// - Returns: how many of them, from the first on, have lost their memory. The next one was refused, or not tried.
    func release(_ ranges: UnsafeBufferPointer<MemoryRange>, method: ReleaseMethod) -> Int

    /// Moves the memory of a ready range, contents and all, over another one, whose own is lost. The first range stays ready,
    /// without memory.
    ///
    /// - Returns: false if the system cannot; then nothing has changed.
    func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool

    /// Gives a ready range, to which memory was moved, fresh memory of its own in place of that.
    ///
    /// - Returns: false if the system refuses; then nothing has changed.
    func renew(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Says that a ready range is about to be used, parts of which have no memory: some systems keep books of that.
    func noteUse(_ address: UInt, _ bytes: ByteCount)

    /// Lets a ready range lie on huge pages.
    ///
    /// - Returns: false if the system has none, or could not part them again.
    func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool

    /// Has a ready range lie on no huge pages from now on; those that are there stay.
    func forbidHugePages(_ address: UInt, _ bytes: ByteCount)

    /// Parts the huge page under some of its physical pages, if there is one: until then, releasing a piece of it gives
    /// nothing back, whatever resident memory says.
    func partHugePage(_ address: UInt, _ bytes: ByteCount)

    /// Whether the system uses huge pages where nobody asked for them.
    var hugePagesComeUnasked: Bool { get }

    /// Whether memory that was released ``ReleaseMethod/now`` reads as zero, tried once on a page of its own.
    func releasedMemoryReadsZero() -> Bool

    /// The unit in which the system maps and releases; a power of two.
    var physicalPageBytes: ByteCount { get }

    /// The size of a huge page, 0 where unknown.
    var hugePageBytes: ByteCount { get }

    /// Processors that the process may use, in parts where its control group has a quota; more than 0.
    var processors: Double { get }

    /// Whether the process's address space is limited, so that a large reservation would rob the program of it.
    var isAddressSpaceLimited: Bool { get }

    /// The most that one request may sensibly ask for: memory and swap, or the maximum where the system is set to promise
    /// whatever is asked.
    var largestRequestBytes: ByteCount { get }

    /// Nanoseconds since some moment; never falls on a well-behaved system.
    func monotonicNanoseconds() -> Int64

    /// The same clock, cheaper and some milliseconds late.
    func coarseNanoseconds() -> Int64

    /// Nanoseconds of processor time that the calling thread has used.
    func threadProcessorNanoseconds() -> Int64

    /// Sleeps while a word of memory holds a value, until another thread calls ``wake(_:)``, and at most so many
    /// nanoseconds; without end where they are negative. May return for no reason.
    ///
    /// - Returns: whether the time is up.
    func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool

    /// Wakes a thread that sleeps on a word.
    func wake(_ word: UnsafeRawPointer)
}

extension OperatingSystem where Self: ~Copyable {
    package func reserveMetadataUsedFromEnd(_ bytes: ByteCount) -> UnsafeMutableRawPointer? { reserveMetadata(bytes) }

    /// Address space for the heap's own books that is usable as a whole, or nil if the system refuses.
    func mapMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        guard let memory = reserveMetadata(bytes) else { return nil }
        if makeMetadataAccessible(memory, bytes) { return memory }
        cancelMetadata(memory, bytes)
        return nil
    }

    /// Gives back what ``mapMetadata(_:)`` gave.
    func unmapWholeMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        unmapMetadata(address, bytes)
        cancelMetadata(address, bytes)
    }

    // A system that sees for itself what is used.
    package func noteUse(_ address: UInt, _ bytes: ByteCount) {}

    // A system whose reservations keep everything else out.
    package func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    // A system that cannot move memory.
    package func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool { false }
    package func renew(_ address: UInt, _ bytes: ByteCount) -> Bool { false }

    // A system without huge pages.
    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool { false }
    package func forbidHugePages(_ address: UInt, _ bytes: ByteCount) {}
    package func partHugePage(_ address: UInt, _ bytes: ByteCount) {}
    package var hugePagesComeUnasked: Bool { false }

    package func release(_ ranges: UnsafeBufferPointer<MemoryRange>, method: ReleaseMethod) -> Int {
        var done = 0
        while done < ranges.count && release(ranges[done].address, ranges[done].bytes, method: method) == 0 {
            done += 1
        }
        return done
    }
}
