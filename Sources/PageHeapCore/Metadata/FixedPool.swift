/// A pool of equally sized objects from the metadata arena. Freed objects are linked through their first word and
/// reused.
///
/// Not thread-safe: the caller holds the lock that guards the arena.
package struct FixedPool<Element: ~Copyable>: ~Copyable {
    private var free: UnsafeMutableRawPointer?
    package private(set) var liveCount = 0

    package init() {}

    /// Allocates uninitialised memory for one element.
    ///
    /// - Returns: the memory, or `nil` if the system refuses it.
    package mutating func allocate(
        from arena: inout MetadataArena, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutablePointer<Element>? {
        let memory: UnsafeMutableRawPointer
        if let reused = free {
            free = reused.load(as: UnsafeMutableRawPointer?.self)
            memory = reused
        } else {
            let alignment = ByteCount(UInt(max(MemoryLayout<Element>.alignment, 64)))
            guard
                let fresh = arena.allocate(
                    ByteCount(UInt(MemoryLayout<Element>.size)), alignment: alignment, using: system)
            else { return nil }
            memory = fresh
        }
        liveCount += 1
        return memory.bindMemory(to: Element.self, capacity: 1)
    }

    /// Frees the memory of an element that has been deinitialised.
    package mutating func deallocate(_ element: UnsafeMutablePointer<Element>) {
        let memory = UnsafeMutableRawPointer(element)
        memory.storeBytes(of: free, as: UnsafeMutableRawPointer?.self)
        free = memory
        liveCount -= 1
    }
}
