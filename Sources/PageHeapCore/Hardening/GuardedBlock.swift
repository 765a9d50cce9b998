/// Where in the program something was done: a thread, and the calls that led there.
package struct GuardedSite: BitwiseCopyable {
    /// The kernel's identifier of the thread; 0 if nothing was done yet.
    package var thread: UInt32 = 0
    private var count: UInt32 = 0
    private var frames: InlineArray<24, UInt> = InlineArray(repeating: 0)

    package init() {}

    /// - Parameter frames: return addresses, the innermost first.
    package init(thread: UInt32, frames: UnsafeBufferPointer<UInt>) {
        self.thread = thread
        for index in 0..<min(frames.count, self.frames.count) {
            self.frames[index] = frames[index]
            count += 1
        }
    }

    package func visitFrames(_ body: (UInt) -> Void) {
        for index in 0..<Int(count) { body(frames[index]) }
    }
}

/// A block with a page of its own, or the last one that had it.
package struct GuardedBlock: BitwiseCopyable {
    package enum State: UInt8, BitwiseCopyable, Sendable {
        case unused, inUse
        /// Being freed: its page is about to become inaccessible.
        case leaving
        case freed
    }

    package var address: UInt = 0
    /// The size requested, in bytes.
    package var bytes: UInt = 0
    package var state: State = .unused
    /// A number that grows with each free, so that the page that was freed longest ago is used next.
    package var freeNumber: UInt64 = 0
    package var allocated = GuardedSite()
    package var freed = GuardedSite()

    package init() {}

    /// The requested bytes, rounded up to 16: what lies before the guard page.
    package var placeBytes: UInt { GuardedBlock.placeBytes(bytes) }

    static func placeBytes(_ requested: UInt) -> UInt { ByteCount(max(requested, 1)).roundedUp(to: 16).rawValue }

    /// Whether the bytes between the block and the guard page are clear. The program has no right to them.
    var isClearBehind: Bool {
        guard let start = UnsafePointer<UInt8>(bitPattern: address) else { return true }
        var sum: UInt8 = 0
        for offset in Int(bitPattern: bytes)..<Int(bitPattern: placeBytes) { sum |= start[offset] }
        return sum == 0
    }
}

/// What a wrong access or a wrong free has to do with a guarded block.
package enum GuardedFault: Sendable {
    /// An access to, or a free of, a block that was freed.
    case afterFree
    /// An access behind or before the block.
    case behind, before
    /// A free of an address that is not the block's beginning.
    case inside
    /// There never was a block.
    case none
}
