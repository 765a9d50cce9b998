import CPageHeap
import SystemPackage

/// Reads what the account of a process's memory is made from.
enum MemoryReading {
    /// The figures of a process, and the account of its memory.
    struct Result: Sendable {
        let snapshot: ProcessSnapshot
        let account: MemoryAccount
        /// Why the heap is not divided; nil if all is told.
        let missing: String?

        /// Whether the parts add up to what the kernel counts.
        var isConsistent: Bool {
            let (sum, resident) = (account.sum.asDouble, account.resident.asDouble)
            return abs(sum - resident) <= MemoryReading.tolerance * resident
        }
    }

    /// The most that the parts may differ from the kernel's figure. While a program grows or shrinks, they do.
    fileprivate static let tolerance = 0.01
    private static let attempts = 5

    /// Reads a process's memory, again if the process changed much meanwhile.
    static func of(_ process: Int32, patience: Double) throws(ToolError) -> Result {
        var result = try once(process, patience)
        for _ in 1..<attempts where !result.isConsistent { result = try once(process, patience) }
        return result
    }

    private static func once(_ process: Int32, _ patience: Double) throws(ToolError) -> Result {
        let snapshot = try ProcessSnapshot(of: process)
        var heap: (account: HeapAccount, classes: [ClassFigures])?
        var missing: String?
        do {
            let channel = try ControlChannel(to: process, patience: patience)
            let (map, classes) = try channel.account()
            heap = (HeapAccount(map, present: try pages(of: process), classes: Int(PAGEHEAP_CLASSES)), classes)
        } catch {
            // The kernel's account is left, as long as there is a process.
            if ProcessIdentity(of: process) == nil { throw error }
            missing = error.message
        }
        let path = FilePath("/proc/\(process)/smaps")
        let smaps: [UInt8]
        do {
            smaps = try FileReading.bytes(of: path, limit: 1 << 28)
        } catch {
            throw ToolError(
                .noInput,
                "the mappings of process \(process) cannot be read: \(error); they are for its own user and for root")
        }
        let account = MemoryAccount(
            mappings: Mapping.parse(String(decoding: smaps, as: UTF8.self)), heap: heap,
            figures: snapshot.heap)
        return Result(snapshot: snapshot, account: account, missing: missing)
    }

    private static func pages(of process: Int32) throws(ToolError) -> PresentPages {
        do {
            return try PresentPages(of: process)
        } catch {
            throw ToolError(
                .noInput,
                "the pages of process \(process) cannot be read: \(error); they are for its own user and for root")
        }
    }
}
