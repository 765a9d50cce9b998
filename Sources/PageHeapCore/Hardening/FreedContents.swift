/// What hardening level 2 writes into freed blocks, and how it finds out that something else was written there since.
///
/// A block in quarantine is filled with a pattern: a pointer read from it is no address that a program can access, so its
/// use ends the program. When the block leaves the quarantine it is cleared, and is still clear when it is handed out again:
/// nothing of this heap writes to free memory, and memory from the system is clear.
///
/// Blocks are multiples of 16 bytes, at addresses that are multiples of 16.
enum FreedContents {
    /// As a pointer, outside what x86-64 and ARM can address; as a size or an index, absurd.
    static var pattern: UInt64 { 0xDBDB_DBDB_DBDB_DBDB }

    static func fill(_ address: UInt, _ bytes: UInt) { write(pattern, address, bytes) }

    static func clear(_ address: UInt, _ bytes: UInt) { write(0, address, bytes) }

    /// Whether a block still has what ``fill(_:_:)`` wrote.
    static func isFilled(_ address: UInt, _ bytes: UInt) -> Bool { consists(of: pattern, address, bytes) }

    static func isClear(_ address: UInt, _ bytes: UInt) -> Bool { consists(of: 0, address, bytes) }

    private static func write(_ word: UInt64, _ address: UInt, _ bytes: UInt) {
        guard let words = words(address) else { return }
        for index in 0..<Int(bitPattern: bytes / 8) { words[index] = word }
    }

    private static func consists(of word: UInt64, _ address: UInt, _ bytes: UInt) -> Bool {
        guard let words = words(address) else { return true }
        var difference: UInt64 = 0
        for index in 0..<Int(bitPattern: bytes / 8) { difference |= words[index] ^ word }
        return difference == 0
    }

    private static func words(_ address: UInt) -> UnsafeMutablePointer<UInt64>? {
        UnsafeMutablePointer(bitPattern: address)
    }
}
