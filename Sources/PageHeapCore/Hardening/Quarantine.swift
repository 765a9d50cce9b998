import Synchronization

/// Keeps freed blocks from being reused for a while: a block that comes in takes a random place, and the one that was
/// there leaves.
///
/// So a block stays for as many further frees as there are places on average, and nobody can tell when it leaves: neither
/// that a dangling pointer still means the old block, nor that it means the next one. There are places for small blocks of up to
/// 2 KiB, for larger small ones, and for large blocks, whose memory goes back to the system meanwhile. That bounds the bytes
/// that the quarantine holds, whatever the program frees.
///
/// A handle on memory of its own; copies name the same quarantine. No lock: a place is exchanged at once, so a fork finds
/// each block in exactly one place or with the thread that frees it.
package struct Quarantine: Sendable {
    /// The kinds of blocks, each with places of its own.
    package enum Kind: Sendable {
        case small, medium, large
    }

    private nonisolated(unsafe) let places: UnsafeMutablePointer<Atomic<UInt>>

    private static var count: Int {
        Tunables.quarantineSmallBlocks + Tunables.quarantineMediumBlocks + Tunables.quarantineLargeBlocks
    }

    private static func bytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        ByteCount(UInt(count * MemoryLayout<UInt>.size)).roundedUp(to: system.physicalPageBytes)
    }

    /// Takes memory for the places, all of them empty. Nil if the system refuses.
    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = system.mapMetadata(Self.bytes(system)) else { return nil }
        places = memory.bindMemory(to: Atomic<UInt>.self, capacity: Self.count)
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        system.unmapWholeMetadata(UnsafeMutableRawPointer(places), Self.bytes(system))
    }

    /// The kind of a small block of a size.
    package static func kind(ofSmall bytes: UInt) -> Kind {
        bytes <= Tunables.quarantineSmallBytes.rawValue ? .small : .medium
    }

    /// Puts a block into a random place.
    ///
    /// - Parameters:
    ///   - block: a small block's address, or a large block's span index; not 0.
    ///   - random: equally distributed bits.
    /// - Returns: the block that was there; 0 if there was none.
    package func exchange(_ block: UInt, _ kind: Kind, random: UInt64) -> UInt {
        let (first, count) =
            switch kind {
            case .small: (0, Tunables.quarantineSmallBlocks)
            case .medium: (Tunables.quarantineSmallBlocks, Tunables.quarantineMediumBlocks)
            case .large:
                (Tunables.quarantineSmallBlocks + Tunables.quarantineMediumBlocks, Tunables.quarantineLargeBlocks)
            }
        let place = first + Int(truncatingIfNeeded: random % UInt64(UInt(bitPattern: count)))
        // Acquiring and releasing: who takes a block out sees what was written into it by who put it in.
        return places[place].exchange(block, ordering: .acquiringAndReleasing)
    }
}
