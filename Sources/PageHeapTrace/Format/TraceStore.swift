import Synchronization

/// Stores that are not made before those that the code makes earlier.
enum TraceStore {
    /// Stores an event's first byte. Releasing: a process that is killed at any moment has stored the rest of the event.
    @inline(__always)
    static func publish(_ byte: UInt8, at place: UnsafeMutableRawPointer) {
        // The memory is a block's payload; nothing else refers to it as a value of another type.
        place.assumingMemoryBound(to: Atomic<UInt8>.self).pointee.store(byte, ordering: .releasing)
    }

    /// Stores the word that closes a block, at a multiple of 8 bytes.
    @inline(__always)
    static func publish(_ word: UInt64, at place: UnsafeMutableRawPointer) {
        place.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(word, ordering: .releasing)
    }
}
