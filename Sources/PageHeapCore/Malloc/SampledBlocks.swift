import Synchronization

/// A sampled block that the program holds.
package struct SampledBlock: BitwiseCopyable, Sendable {
    package var address: UInt = 0
    /// The size that was asked for, in bytes.
    package var bytes: UInt64 = 0
    /// The bytes that it stands for (``SampleRate/weight(of:)``).
    package var weight: UInt64 = 0
    /// Where it was allocated: an index of ``CallStacks``.
    package var stack: UInt32 = 0
    /// The next block with the same bucket, or the next unused record; 0 for none.
    fileprivate var next: UInt32 = 0
    /// The process that allocated it: 0, and one more in each child of a fork, for which its parent's blocks are not its own.
    package var generation: UInt32 = 0
    private var padding: UInt32 = 0

    package init(address: UInt, bytes: UInt64, weight: UInt64) {
        self.address = address
        self.bytes = bytes
        self.weight = weight
    }
}

/// The sampled blocks that the program holds, by address: a hash table with chains.
///
/// Every free asks whether its block was sampled, and nearly none was. So the heads of the chains lie close together, and
/// an empty chain is an answer that takes no lock: a block is entered before the program gets it, so who frees it finds its
/// chain filled.
///
/// Valid (without memory) when zeroed. All but ``mayHold(_:)`` are called under the lock of ``SamplingState``. The number of
/// blocks is bounded, and so is the memory.
package struct SampledBlocks {
    /// Relaxed, all of them: changed under the lock, and read without it only by who frees a block, see above.
    private var heads: UnsafeMutablePointer<Atomic<UInt32>>?
    private var space: GrowingSpace
    /// Records that were ever used, with the first, which stands for none.
    package private(set) var usedCount: UInt32 = 0
    private var firstUnused: UInt32 = 0

    private static var headCount: Int { 1 << 16 }
    private static var headBytes: ByteCount { ByteCount(UInt(headCount * MemoryLayout<UInt32>.size)) }
    private static var recordBytes: UInt { UInt(MemoryLayout<SampledBlock>.stride) }

    /// Takes memory for the table. Nil if the system refuses.
    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = system.mapMetadata(Self.headBytes) else { return nil }
        guard let space = GrowingSpace(bytes: ByteCount(Self.recordBytes) * UInt(Tunables.sampleLimit), using: system)
        else {
            system.unmapWholeMetadata(memory, Self.headBytes)
            return nil
        }
        heads = memory.bindMemory(to: Atomic<UInt32>.self, capacity: Self.headCount)
        self.space = space
        usedCount = 1
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let heads else { return }
        space.cancel(using: system)
        system.unmapWholeMetadata(UnsafeMutableRawPointer(heads), Self.headBytes)
    }

    /// Holds nothing from now on, and takes nothing. For a table that was half changed.
    package mutating func close() {
        heads = nil
        usedCount = 0
    }

    /// Bytes of memory that the table has made accessible.
    package var accessibleBytes: ByteCount { heads == nil ? 0 : Self.headBytes + space.accessible }

    @inline(__always)
    private static func bucket(_ address: UInt) -> Int {
        // Blocks begin at multiples of 16. The high bits of a product depend on all bits of its factors.
        Int(bitPattern: (address &>> 4 &* 0x9E37_79B9_7F4A_7C15) &>> 48)
    }

    /// Whether a block may be among the sampled ones. No lock is needed for a block that the caller owns.
    @inline(__always)
    package func mayHold(_ address: UInt) -> Bool {
        guard let heads else { return false }
        return heads[Self.bucket(address)].load(ordering: .relaxed) != 0
    }

    @inline(__always)
    private func record(_ index: UInt32) -> UnsafeMutablePointer<SampledBlock> {
        UnsafeMutablePointer(bitPattern: space.base &+ UInt(index) &* Self.recordBytes).unsafelyUnwrapped
    }

    /// A record's contents; nil if it stands for no block.
    package func block(_ index: UInt32) -> SampledBlock? {
        guard index > 0, index < usedCount else { return nil }
        let block = record(index).pointee
        return block.address == 0 ? nil : block
    }

    /// Enters a block.
    ///
    /// - Returns: false if there is no room; then nothing has changed.
    package mutating func insert(
        _ block: SampledBlock, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        guard let heads else { return false }
        var index = firstUnused
        if index != 0 {
            firstUnused = record(index).pointee.next
        } else {
            let end = ByteCount(Self.recordBytes) * UInt(usedCount + 1)
            guard Int(usedCount) < Tunables.sampleLimit,
                space.cover(end, step: Tunables.metadataStepBytes, using: system) != nil
            else { return false }
            index = usedCount
            usedCount += 1
        }
        let head = heads + Self.bucket(block.address)
        record(index).pointee = block
        record(index).pointee.next = head.pointee.load(ordering: .relaxed)
        head.pointee.store(index, ordering: .relaxed)
        return true
    }

    /// Removes a block.
    ///
    /// - Returns: false if it is not in the table.
    package mutating func remove(_ address: UInt) -> Bool {
        guard let heads else { return false }
        let head = heads + Self.bucket(address)
        var before: UInt32 = 0
        var index = head.pointee.load(ordering: .relaxed)
        while index != 0 {
            let found = record(index)
            if found.pointee.address == address {
                if before == 0 {
                    head.pointee.store(found.pointee.next, ordering: .relaxed)
                } else {
                    record(before).pointee.next = found.pointee.next
                }
                found.pointee.address = 0
                found.pointee.next = firstUnused
                firstUnused = index
                return true
            }
            before = index
            index = found.pointee.next
        }
        return false
    }
}
