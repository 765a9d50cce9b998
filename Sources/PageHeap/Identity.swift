import Synchronization

/// Numbers that are given out once in a process. They tell an object from any other, also from a later one at the same
/// address.
enum Identity {
    private static let last = Atomic<UInt64>(0)

    /// Returns a number that nothing else has. Relaxed: only the number itself counts.
    static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
