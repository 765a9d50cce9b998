/// A transition that a real system would punish or a correct heap would not ask for.
package enum SimulatedViolation: Equatable, Sendable {
    /// Address space was cancelled that is not reserved.
    case cancelledUnreserved(address: UInt, bytes: UInt)
    /// Address space was made accessible that is not reserved.
    case madeUnreservedAccessible(address: UInt, bytes: UInt)
    /// Memory was released that is not accessible.
    case releasedInaccessible(address: UInt, bytes: UInt)
    /// A range does not begin and end with physical pages.
    case unaligned(address: UInt, bytes: UInt)
    /// Memory was touched that is not accessible.
    case touchedInaccessible(address: UInt, bytes: UInt)
}
