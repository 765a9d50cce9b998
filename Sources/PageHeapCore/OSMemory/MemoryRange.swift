/// A range of the process's memory, in the layout of `struct iovec`, as vectored system calls expect it.
package struct MemoryRange: BitwiseCopyable, Sendable {
    package var address: UInt
    package var bytes: ByteCount

    package init(address: UInt, bytes: ByteCount) {
        self.address = address
        self.bytes = bytes
    }
}
