/// The 512 bits of a chunk as a value.
package struct PageBitmap: PageBitmapWords, Sendable {
    private var words: InlineArray<8, UInt64>

    /// All bits clear.
    @inline(__always)
    package init() { words = InlineArray(repeating: 0) }

    @inline(__always)
    package func word(_ index: Int) -> UInt64 { words[unchecked: index] }

    @inline(__always)
    package mutating func setWord(_ index: Int, to value: UInt64) { words[unchecked: index] = value }
}
