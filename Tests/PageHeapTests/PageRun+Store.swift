import PageHeap

extension PageRun {
    /// Writes one byte of the run.
    mutating func store(_ byte: UInt8, at offset: Int) {
        var bytes = mutableBytes
        bytes.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }
}
