/// A range of the process's memory, laid out as the system's vectored calls want it.
package struct MemoryRange: BitwiseCopyable, Sendable {
    package var address: UInt
    package var bytes: ByteCount

    package init(address: UInt, bytes: ByteCount) {
        self.address = address
        self.bytes = bytes
    }
}
