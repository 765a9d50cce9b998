/// What is told of a generation when the next one begins, taken under the locks that are held then.
package struct EndedGeneration: Sendable {
    package var number: UInt32
    /// Bytes that the background worker released in it.
    package var released: ByteCount
}
