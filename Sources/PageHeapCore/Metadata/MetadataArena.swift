/// Memory for the heap's own books, which is never mixed with the user's and never given back.
///
/// Address space is reserved in large pieces, made accessible in small steps, and handed out by advancing a cursor.
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
        var start = ByteCount(cursor).roundedUp(to: alignment).rawValue
        if start &+ bytes.rawValue > reservedEnd {
            var size = Tunables.metadataReservationBytes
            var piece = system.reserveMetadata(size)
            while piece == nil && size.rawValue / 2 >= bytes.rawValue && size > system.physicalPageBytes {
                size = ByteCount(size.rawValue / 2)
                piece = system.reserveMetadata(size)
            }
            guard let piece else { return nil }
            start = UInt(bitPattern: piece)
            accessibleEnd = start
            reservedEnd = start &+ size.rawValue
            cursor = start
        }
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
