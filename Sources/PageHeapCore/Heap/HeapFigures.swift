/// A consistent look at a heap's figures.
package struct HeapFigures: Sendable {
    package var books: HeapBooks
    package var metadata: ByteCount
    package var live: ByteCount
    /// The maximum where the scavenger is off.
    package var goal: ByteCount
    /// The limit on retained memory and metadata, and what they are driven to for it; the maximum where there is none.
    package var memoryLimit: ByteCount
    package var limitGoal: ByteCount
    package var workerNanoseconds: UInt64
    package var workerWakeUps: UInt64
    package var generation: UInt32
}
