extension Arena {
    /// The place of a value in an arena.
    ///
    /// A slot is a number, free to copy and to store, also in the arena itself. Whoever uses one that was made in another
    /// arena, or before the last reset, is stopped.
    public struct Slot<Element: BitwiseCopyable>: BitwiseCopyable, Hashable, Sendable {
        @usableFromInline
        let address: UInt
        @usableFromInline
        let identity: UInt64

        @usableFromInline
        init(address: UInt, identity: UInt64) {
            self.address = address
            self.identity = identity
        }
    }

    /// Stores a value, and answers where.
    ///
    /// - Parameter value: copied into the arena.
    /// - Returns: its place, valid until the arena is reset.
    /// - Throws: ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory. Then the arena is as it was.
    /// - Complexity: O(1), but for a new run now and then.
    @inlinable
    public mutating func insert<Element: BitwiseCopyable>(_ value: Element) throws(PageHeapError) -> Slot<Element> {
        let piece = try allocate(byteCount: MemoryLayout<Element>.size, alignment: MemoryLayout<Element>.alignment)
        piece.baseAddress.unsafelyUnwrapped.initializeMemory(as: Element.self, to: value)
        return Slot(address: UInt(bitPattern: piece.baseAddress), identity: identity)
    }

    /// The value in a slot.
    ///
    /// - Parameter slot: of this arena, made since its last reset: anything else stops the program.
    /// - Complexity: O(1).
    @inlinable
    public subscript<Element: BitwiseCopyable>(slot: Slot<Element>) -> Element {
        get { pointer(slot).pointee }
        set { pointer(slot).pointee = newValue }
    }

    @inlinable
    func pointer<Element: BitwiseCopyable>(_ slot: Slot<Element>) -> UnsafeMutablePointer<Element> {
        precondition(slot.identity == identity, "a slot of another arena, or from before a reset")
        return UnsafeMutablePointer(bitPattern: slot.address).unsafelyUnwrapped
    }
}
