import CPageHeap

/// A limit because of which the system refuses a process memory.
package enum ProcessLimit: Sendable {
    /// The number of mappings.
    case mappings
    /// The size of the address space.
    case addressSpace
    /// The size of private memory that can be written.
    case data

    /// Finds out which limit keeps this process from more memory, after the system has refused some.
    ///
    /// - Parameter bytes: how much is wanted.
    /// - Returns: nil if there is another reason, or the system does not say.
    static func met(by bytes: ByteCount) -> ProcessLimit? {
        switch Int(pageheap_find_limit(bytes.rawValue)) {
        case PAGEHEAP_LIMIT_MAPPINGS: .mappings
        case PAGEHEAP_LIMIT_ADDRESS_SPACE: .addressSpace
        case PAGEHEAP_LIMIT_DATA: .data
        default: nil
        }
    }
}
