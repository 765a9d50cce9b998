/// What an allocation took, to decide whether it must release memory before its caller uses the pages.
struct AssistNeed {
    /// Bytes taken that have no physical memory: the system provides it once they are touched.
    var taken: ByteCount
    /// Bytes by which the heap grew, 0 if it did not.
    var growth: ByteCount = 0
    /// Bytes the heap retained before anything was taken. Valid only if `growth` is not 0.
    var retainedBefore: ByteCount = 0
}
