import Synchronization

/// The 512 bits of a chunk in the heap's own memory.
///
/// Written under the heap lock, and read without it by the scavenger. Hence relaxed atomics: such a reader decides
/// nothing before it has looked again under the lock, and needs only each word to be one that was written.
package struct SharedPageBitmap: PageBitmapWords {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    @inline(__always)
    init(_ words: UnsafeMutablePointer<Atomic<UInt64>>) { self.words = words }

    @inline(__always)
    package func word(_ index: Int) -> UInt64 { words[index].load(ordering: .relaxed) }

    @inline(__always)
    package func setWord(_ index: Int, to value: UInt64) { words[index].store(value, ordering: .relaxed) }
}
