import Foundation
import PageHeap

/// A program with a peak: 200 MiB of ordinary Swift arrays, all dropped at once.
public enum Work {
    /// Does the work, and reports every second until less than a quarter of the peak is left, for a minute at most.
    ///
    /// - Returns: whether that happened within the minute.
    public static func run() async throws -> Bool {
        let malloc = try ProcessMalloc()
        var records = (0..<20_000).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 10 << 10) }
        // The optimiser may end the lifetime of a value after its last use.
        let peak = try withExtendedLifetime(records) {
            try report("\(records.count) records", malloc)
            return try residentByteCount()
        }
        records.removeAll()
        for second in 1...60 {
            try await Task.sleep(for: .seconds(1))
            try report("\(second) s after the drop", malloc)
            if try residentByteCount() < peak / 4 { return true }
        }
        return false
    }

    private static func report(_ moment: String, _ malloc: ProcessMalloc) throws {
        let figures = malloc.mallocStatistics
        print(
            "\(moment): \(try residentByteCount() >> 20) MiB resident, \(figures.heap.retainedByteCount >> 20) of them the heap's,",
            "\(figures.blockByteCount >> 20) in blocks")
    }

    /// The process's memory, as the kernel counts it.
    private static func residentByteCount() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }
}
