/// What there is to say about a generation that has ended, taken in the locked section that began the next one.
package struct EndedGeneration: Sendable {
    /// Its number; 0 where there was none before.
    package var number: UInt32
    /// Bytes that the background worker released in it.
    package var worked: ByteCount
    /// The heap's accounts at its end.
    package var books: HeapBooks
}
