/// An arena for the heap's metadata, which is never mixed with user memory.
///
/// Address space is reserved in pieces, mapped in small steps, and handed out by moving a cursor downwards. Allocations
/// of one arena therefore lie together, in one mapping and few page tables; every fork pays some microseconds for each
/// of those. That is why structures that may become large begin here too (``GrowingSpace``, ``SparseSpace``), and why
/// the first piece is used from its end: there it adjoins the page map, which grows upwards.
///
/// Not thread-safe: the caller holds the lock that guards the arena.
package struct MetadataArena: ~Copyable {
    /// The record at the end of each piece, which links it to the piece before.
    private struct Header {
        /// The address of the previous piece's header; 0 for the first piece.
        var previous: UInt
        /// The start of the piece, and the start of its accessible part. Both end with the header.
        var reservedStart: UInt
        var accessibleStart: UInt

        /// Returns the end address of the piece whose header lies at `header`.
        static func end(_ header: UInt) -> UInt { header &+ UInt(MemoryLayout<Header>.stride) }
    }

    private var cursor: UInt = 0
    private var accessibleStart: UInt = 0
    private var reservedStart: UInt = 0
    /// The address of the current piece's header; 0 if there is no piece or it was lent.
    private var header: UInt = 0
    /// Bytes made accessible so far. Lent memory is not counted.
    package private(set) var committedBytes: ByteCount = 0

    /// Creates an arena without memory. Zeroed memory is the same.
    package init() {}

    /// Creates an arena whose first piece has `bytes`, all of them accessible. `nil` if the system refuses.
    package init?(bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        let size = bytes.roundedUp(to: system.physicalPageBytes)
        guard let piece = system.reserveMetadata(size) else { return nil }
        guard begin(piece, size, accessible: size, using: system) else { return nil }
    }

    /// Starts the arena in lent memory, which must be zeroed and accessible. Once it is used up, the arena reserves its
    /// own.
    package mutating func begin(with memory: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        reservedStart = UInt(bitPattern: memory)
        accessibleStart = reservedStart
        cursor = reservedStart &+ bytes.rawValue
    }

    /// Unmaps all memory of the arena and returns its address space.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        var next = header
        while let memory = UnsafeMutableRawPointer(bitPattern: next) {
            let (piece, end) = (memory.load(as: Header.self), Header.end(next))
            next = piece.previous
            guard let accessible = UnsafeMutableRawPointer(bitPattern: piece.accessibleStart),
                let start = UnsafeMutableRawPointer(bitPattern: piece.reservedStart)
            else { return }
            system.unmapMetadata(accessible, ByteCount(end &- piece.accessibleStart))
            system.cancelMetadata(start, ByteCount(end &- piece.reservedStart))
        }
    }

    /// Allocates zeroed memory that lasts as long as the arena.
    ///
    /// - Parameters:
    ///   - bytes: less than ``Tunables/metadataReservationBytes``.
    ///   - alignment: bytes, a power of two, at most a physical page.
    /// - Returns: the memory, or `nil` if the system refuses; a piece may have been added all the same.
    package mutating func allocate(
        _ bytes: ByteCount, alignment: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        if let memory = advance(bytes, alignment, using: system) { return memory }
        // The piece is used up, or another mapping lies in it: go on in a new one.
        let header = ByteCount(UInt(MemoryLayout<Header>.stride))
        return addPiece(header + alignment + bytes, using: system) ? advance(bytes, alignment, using: system) : nil
    }

    /// Allocates whole physical pages, aligned to their size. `nil` if the system refuses.
    package mutating func allocatePages(
        _ bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        let page = system.physicalPageBytes
        return allocate(bytes.roundedUp(to: page), alignment: page, using: system)
    }

    /// Reserves a piece and makes `bytes` of it accessible: without them it would be of no use. The piece is smaller than usual if the system refuses the usual size.
    private mutating func addPiece(
        _ bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        var size = Tunables.metadataReservationBytes
        var reserved = system.reserveMetadata(size)
        while reserved == nil && size.rawValue / 2 >= bytes.rawValue && size > system.physicalPageBytes {
            size = ByteCount(size.rawValue / 2)
            reserved = system.reserveMetadata(size)
        }
        guard let reserved else { return false }
        return begin(reserved, size, accessible: min(Self.step(bytes, system), size), using: system)
    }

    /// Makes the end of a reserved piece accessible and moves the cursor there. Cancels the piece if the system
    /// refuses.
    private mutating func begin(
        _ reserved: UnsafeMutableRawPointer, _ size: ByteCount, accessible: ByteCount,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        let start = reserved + Int(bitPattern: (size - accessible).rawValue)
        guard system.makeMetadataAccessible(start, accessible) else {
            system.cancelMetadata(reserved, size)
            return false
        }
        let end = UInt(bitPattern: reserved) &+ size.rawValue
        let piece = Header(
            previous: header, reservedStart: UInt(bitPattern: reserved), accessibleStart: UInt(bitPattern: start))
        header = end &- UInt(MemoryLayout<Header>.stride)
        UnsafeMutableRawPointer(bitPattern: header)?.storeBytes(of: piece, as: Header.self)
        reservedStart = piece.reservedStart
        accessibleStart = piece.accessibleStart
        cursor = header
        committedBytes += accessible
        return true
    }

    private static func step(
        _ bytes: ByteCount, _ system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount { bytes.roundedUp(to: max(Tunables.metadataStepBytes, system.physicalPageBytes)) }

    /// Allocates from the current piece. `nil` if it has no room or the system refuses.
    private mutating func advance(
        _ bytes: ByteCount, _ alignment: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        if bytes.rawValue > cursor &- reservedStart { return nil }
        let start = ByteCount(cursor &- bytes.rawValue).roundedDown(to: alignment).rawValue
        if start < reservedStart { return nil }
        if start < accessibleStart {
            let more = min(
                Self.step(ByteCount(accessibleStart &- start), system), ByteCount(accessibleStart &- reservedStart))
            guard let from = UnsafeMutableRawPointer(bitPattern: accessibleStart &- more.rawValue),
                let piece = UnsafeMutablePointer<Header>(bitPattern: header),
                system.makeMetadataAccessible(from, more)
            else { return nil }
            accessibleStart &-= more.rawValue
            piece.pointee.accessibleStart = accessibleStart
            committedBytes += more
        }
        cursor = start
        return UnsafeMutableRawPointer(bitPattern: start)
    }
}
