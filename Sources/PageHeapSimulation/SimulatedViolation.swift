/// An invalid transition, which fails on a real system or which a correct heap does not request.
package enum SimulatedViolation: Equatable, Sendable {
    /// The heap cancelled address space that was not reserved.
    case cancelledUnreserved(address: UInt, bytes: UInt)
    /// The heap made address space accessible that was not reserved.
    case madeUnreservedAccessible(address: UInt, bytes: UInt)
    /// The heap released memory that was not accessible.
    case releasedInaccessible(address: UInt, bytes: UInt)
    /// A range does not begin and end at physical page boundaries.
    case unaligned(address: UInt, bytes: UInt)
    /// Memory was touched that was not accessible.
    case touchedInaccessible(address: UInt, bytes: UInt)
}
