/// Why an allocation may have to release memory before its caller uses what it got.
struct AssistNeed {
    /// Bytes without physical memory that were taken: when they are used, the system's memory is.
    var taken: ByteCount
    /// All that the heap grew by, 0 where it did not.
    var growth: ByteCount = 0
    /// What the heap retained before anything was taken. Means something where the heap grew.
    var retainedBefore: ByteCount = 0
}
