/// The record of a generation that has ended, taken in the locked section that began the next one.
package struct EndedGeneration: Sendable {
    /// The number of the generation; 0 if there was none before.
    package var number: UInt32
    /// Bytes that the background worker released in the generation.
    package var worked: ByteCount
    /// The heap's ledger at the end of the generation.
    package var ledger: HeapLedger
}
