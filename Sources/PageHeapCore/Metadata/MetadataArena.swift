/// Memory for the heap's own books, which is never mixed with the user's and never given back.
///
/// Address space is reserved in large pieces, mapped in small steps, and handed out by advancing a cursor.
/// Whoever holds the lock that guards the arena calls it.
package struct MetadataArena: ~Copyable {
    private var cursor: UInt = 0
    private var accessibleEnd: UInt = 0
    private var reservedEnd: UInt = 0

    /// Bytes made accessible.
    package private(set) var committedBytes: ByteCount = 0

    package init() {}

    /// Zeroed memory for good, or nothing if the system refuses; then nothing has changed but what has been made
    /// accessible.
    ///
    /// - Parameters:
    ///   - bytes: at most ``Tunables/metadataReservationBytes``.
    ///   - alignment: a power of two, at most a physical page.
    package mutating func allocate(
        _ bytes: ByteCount, alignment: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        if let memory = advance(bytes, alignment, using: system) { return memory }
        // The piece is used up, or something else has come to lie in it: elsewhere.
        return addPiece(bytes, using: system) ? advance(bytes, alignment, using: system) : nil
    }

    /// Reserves a piece.
    private mutating func addPiece(
        _ bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        var size = Tunables.metadataReservationBytes
        var piece = system.reserveMetadata(size)
        while piece == nil && size.rawValue / 2 >= bytes.rawValue && size > system.physicalPageBytes {
            size = ByteCount(size.rawValue / 2)
            piece = system.reserveMetadata(size)
        }
        guard let piece else { return false }
        cursor = UInt(bitPattern: piece)
        accessibleEnd = cursor
        reservedEnd = cursor &+ size.rawValue
        return true
    }

    /// Memory from the piece; nil if it has no room for that, or the system refuses.
    private mutating func advance(
        _ bytes: ByteCount, _ alignment: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutableRawPointer? {
        let start = ByteCount(cursor).roundedUp(to: alignment).rawValue
        if start &+ bytes.rawValue > reservedEnd { return nil }
        let end = start &+ bytes.rawValue
        if end > accessibleEnd {
            let step = ByteCount(end &- accessibleEnd).roundedUp(
                to: max(Tunables.metadataStepBytes, system.physicalPageBytes))
            let length = min(step, ByteCount(reservedEnd &- accessibleEnd))
            guard let from = UnsafeMutableRawPointer(bitPattern: accessibleEnd),
                system.makeMetadataAccessible(from, length)
            else { return nil }
            accessibleEnd &+= length.rawValue
            committedBytes += length
        }
        cursor = end
        return UnsafeMutableRawPointer(bitPattern: start)
    }
}
