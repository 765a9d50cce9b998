import Synchronization

/// The records that the server holds: ordinary Swift arrays.
final class Records: Sendable {
    private static let recordBytes = 10 << 10

    private let records = Mutex<[[UInt8]]>([])

    /// Adds records of 10 KiB.
    ///
    /// - Returns: the count of records now.
    func add(megabytes: Int) -> Int {
        records.withLock { records in
            for number in 0..<(megabytes << 20) / Self.recordBytes {
                records.append([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Self.recordBytes))
            }
            return records.count
        }
    }

    /// Drops all records.
    ///
    /// - Returns: the count of records before.
    func removeAll() -> Int {
        records.withLock { records in
            defer { records = [] }
            return records.count
        }
    }
}
