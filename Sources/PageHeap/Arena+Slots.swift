extension Arena {
    /// The place of a value in an arena.
    ///
    /// A slot is a plain value that can be copied and stored freely, also in the arena itself. Using a slot of another
    /// arena, or one from before the last reset, stops the program.
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

    /// Stores a value in the arena.
    ///
    /// - Parameter value: the value to copy into the arena.
    /// - Returns: the value's slot, which is valid until the arena is reset.
    /// - Throws: ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory. The arena is then
    ///   unchanged.
    /// - Complexity: O(1), except when the arena needs a new run.
    @inlinable
    public mutating func insert<Element: BitwiseCopyable>(_ value: Element) throws(PageHeapError) -> Slot<Element> {
        let piece = try allocate(byteCount: MemoryLayout<Element>.size, alignment: MemoryLayout<Element>.alignment)
        piece.baseAddress.unsafelyUnwrapped.initializeMemory(as: Element.self, to: value)
        return Slot(address: UInt(bitPattern: piece.baseAddress), identity: identity)
    }

    /// Accesses the value in a slot.
    ///
    /// - Parameter slot: a slot of this arena, created since its last reset. Any other slot stops the program.
    /// - Complexity: O(1).
    @inlinable
    public subscript<Element: BitwiseCopyable>(slot: Slot<Element>) -> Element {
        get { pointer(slot).pointee }
        set { pointer(slot).pointee = newValue }
    }

    @inlinable
    func pointer<Element: BitwiseCopyable>(_ slot: Slot<Element>) -> UnsafeMutablePointer<Element> {
        if slot.identity != identity { stop("a slot of another arena, or from before a reset, was used") }
        return UnsafeMutablePointer(bitPattern: slot.address).unsafelyUnwrapped
    }
}
