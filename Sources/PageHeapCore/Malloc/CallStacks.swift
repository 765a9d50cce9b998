/// A call stack that blocks were allocated from, and what was allocated there. The addresses of its frames follow it in
/// memory.
package struct CallStack: BitwiseCopyable, Sendable {
    fileprivate var next: UInt32 = 0
    /// The number of frames.
    package fileprivate(set) var depth: UInt32 = 0
    fileprivate var hash: UInt64 = 0
    /// The process that the sums are about; see ``SampledBlock/generation``.
    package fileprivate(set) var generation: UInt32 = 0
    private var padding: UInt32 = 0
    /// The bytes that the samples so far stand for.
    package fileprivate(set) var allocatedBytes: UInt64 = 0
    /// The blocks that the samples so far stand for.
    package fileprivate(set) var allocatedBlocks: UInt64 = 0
}

/// The different call stacks of sampled allocations, each once.
///
/// A stack is named by its place in memory and stays for ever, so that a name can be read without a lock once it is known;
/// only the sums change. The memory is bounded: stacks that find no room are all counted as the first one, which has no
/// frames.
///
/// Valid (without memory) when zeroed. All methods are called under the lock of ``SamplingState``.
package struct CallStacks {
    private var heads: UnsafeMutablePointer<UInt32>?
    private var space: GrowingSpace
    /// The end of the stacks, in words.
    package private(set) var usedWords: UInt32 = 0

    private static var headCount: Int { 1 << 12 }
    private static var headBytes: ByteCount { ByteCount(UInt(headCount * MemoryLayout<UInt32>.size)) }
    private static var wordsBefore: UInt32 { UInt32(MemoryLayout<CallStack>.stride / MemoryLayout<UInt>.size) }

    /// Takes memory for the table, with the stack without frames in it. Nil if the system refuses.
    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = system.mapMetadata(Self.headBytes) else { return nil }
        guard var space = GrowingSpace(bytes: Tunables.sampleStackBytes, using: system),
            space.cover(Tunables.metadataStepBytes, using: system) != nil
        else {
            system.unmapWholeMetadata(memory, Self.headBytes)
            return nil
        }
        heads = memory.bindMemory(to: UInt32.self, capacity: Self.headCount)
        self.space = space
        usedWords = Self.wordsBefore
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let heads else { return }
        space.cancel(using: system)
        system.unmapWholeMetadata(UnsafeMutableRawPointer(heads), Self.headBytes)
    }

    /// Bytes of memory that the table has made accessible.
    package var accessibleBytes: ByteCount { heads == nil ? 0 : Self.headBytes + space.accessible }

    private func stack(_ index: UInt32) -> UnsafeMutablePointer<CallStack> {
        UnsafeMutablePointer(bitPattern: space.base &+ UInt(index) &* 8).unsafelyUnwrapped
    }

    private func frames(_ index: UInt32) -> UnsafeMutablePointer<UInt> {
        UnsafeMutablePointer(bitPattern: space.base &+ UInt(index &+ Self.wordsBefore) &* 8).unsafelyUnwrapped
    }

    /// Finds a stack, or adds it.
    ///
    /// - Returns: its index; 0, the stack without frames, if there is no room for it.
    package mutating func index(
        of addresses: UnsafeBufferPointer<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> UInt32 {
        guard let heads, !addresses.isEmpty else { return 0 }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for address in addresses { hash = (hash ^ UInt64(address)) &* 0x9E37_79B9_7F4A_7C15 ^ hash &>> 29 }
        let head = heads + Int(hash &>> 52)
        var index = head.pointee
        while index != 0 {
            if stack(index).pointee.hash == hash, Int(stack(index).pointee.depth) == addresses.count {
                var frame = 0
                while frame < addresses.count && frames(index)[frame] == addresses[frame] { frame += 1 }
                if frame == addresses.count { return index }
            }
            index = stack(index).pointee.next
        }
        let end = usedWords + Self.wordsBefore + UInt32(addresses.count)
        guard space.cover(ByteCount(UInt(end) * 8), step: Tunables.metadataStepBytes, using: system) != nil else {
            return 0
        }
        index = usedWords
        usedWords = end
        stack(index).pointee = CallStack()
        stack(index).pointee.next = head.pointee
        stack(index).pointee.depth = UInt32(addresses.count)
        stack(index).pointee.hash = hash
        for frame in 0..<addresses.count { frames(index)[frame] = addresses[frame] }
        head.pointee = index
        return index
    }

    /// Adds a sampled block to the sums of its stack.
    package mutating func count(_ block: SampledBlock) {
        guard heads != nil else { return }
        let stack = stack(block.stack)
        if stack.pointee.generation != block.generation {
            // The sums are those of the process that this one is a copy of.
            stack.pointee.generation = block.generation
            stack.pointee.allocatedBytes = 0
            stack.pointee.allocatedBlocks = 0
        }
        stack.pointee.allocatedBytes &+= block.weight
        stack.pointee.allocatedBlocks &+= (block.weight + block.bytes / 2) / max(block.bytes, 1)
    }

    /// Calls `body` with the stack at an index, and its frames, the innermost first.
    ///
    /// - Parameter index: 0, or what this returned before.
    /// - Returns: the index of the next stack; nil if there is none.
    package func visit(_ index: UInt32, _ body: (CallStack, UnsafeBufferPointer<UInt>) -> Void) -> UInt32? {
        guard index < usedWords else { return nil }
        let stack = stack(index).pointee
        body(stack, UnsafeBufferPointer(start: frames(index), count: Int(stack.depth)))
        let next = index + Self.wordsBefore + stack.depth
        return next < usedWords ? next : nil
    }
}
