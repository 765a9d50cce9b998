/// Memory for the heap's own books, which is never mixed with the user's.
///
/// Address space is reserved in pieces, mapped in small steps, and handed out by moving a cursor down. So what comes from one
/// arena lies together: one mapping, and few page tables. Each of them costs every fork some microseconds, which is why books
/// that may become large begin here, too (``GrowingSpace``, ``SparseSpace``), and why the first piece is used from its end:
/// there it meets the page map, which grows upwards.
///
/// The holder of the lock that guards the arena calls it.
package struct MetadataArena: ~Copyable {
    /// What lies at the end of a piece.
    private struct Header {
        /// The header of the piece before it; 0 if it is the first.
        var previous: UInt
        /// Where the piece begins, and where what has been made accessible does.
        var reservedStart: UInt
        var accessibleStart: UInt

        /// The end of a piece whose header lies at an address.
        static func end(_ header: UInt) -> UInt { header &+ UInt(MemoryLayout<Header>.stride) }
    }

    private var cursor: UInt = 0
    private var accessibleStart: UInt = 0
    private var reservedStart: UInt = 0
    /// The header of the piece that the cursor is in; 0 if there is none, or if it was lent.
    private var header: UInt = 0
    /// Bytes made accessible.
    package private(set) var committedBytes: ByteCount = 0

    /// An arena without memory: the same as zeroed memory.
    package init() {}

    /// An arena whose first piece has so many bytes, all of them usable, or nil if the system refuses.
    package init?(bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        let size = bytes.roundedUp(to: system.physicalPageBytes)
        guard let piece = system.reserveMetadata(size) else { return nil }
        guard begin(piece, size, accessible: size, using: system) else { return nil }
    }

    /// Begins with memory that is lent, zeroed and usable; when that is used up, the arena reserves its own.
    package mutating func begin(with memory: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        reservedStart = UInt(bitPattern: memory)
        accessibleStart = reservedStart
        cursor = reservedStart &+ bytes.rawValue
    }

    /// Gives all memory back.
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

    /// Zeroed memory for as long as the arena lasts, or nil if the system refuses; then nothing has changed but what has
    /// been made accessible.
    ///
    /// - Parameters:
    ///   - bytes: less than a piece.
    ///   - alignment: a power of two, at most a physical page.
    package mutating func allocate(
        _ bytes: ByteCount, alignment: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        if let memory = advance(bytes, alignment, using: system) { return memory }
        // The piece is used up, or something else has come to lie in it: elsewhere.
        let header = ByteCount(UInt(MemoryLayout<Header>.stride))
        return addPiece(header + alignment + bytes, using: system) ? advance(bytes, alignment, using: system) : nil
    }

    /// Whole physical pages, aligned to them.
    package mutating func allocatePages(
        _ bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        let page = system.physicalPageBytes
        return allocate(bytes.roundedUp(to: page), alignment: page, using: system)
    }

    /// Reserves a piece that has room for so many bytes.
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
        return begin(reserved, size, accessible: min(Self.step(1, system), size), using: system)
    }

    /// Makes the end of a reserved piece accessible, and goes on there; gives the piece back if the system refuses.
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

    /// Memory from the piece; nil if it has no room for that, or the system refuses.
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
