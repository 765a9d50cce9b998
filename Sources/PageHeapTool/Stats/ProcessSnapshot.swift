import FoundationEssentials
import SystemPackage

/// The figures of one running process.
struct ProcessSnapshot: Sendable {
    let process: Int32
    let name: String
    /// From the kernel.
    let resident: ByteCount
    let heap: HeapFigures

    init(process: Int32, name: String, resident: ByteCount, heap: HeapFigures) {
        self.process = process
        self.name = name
        self.resident = resident
        self.heap = heap
    }

    /// Reads the figures that a process publishes.
    init(of process: Int32) throws(ToolError) {
        let identity = try ProcessIdentity(ofProgram: process)
        let page = try PublishedPage.of(process)
        let figures: HeapFigures
        do {
            figures = try page.read(attempts: StatisticsPage.attempts)
        } catch {
            throw ToolError(.noInput, "the figures of process \(process) cannot be read: \(Self.reason(error))")
        }
        self.init(
            process: process, name: LibraryCensus.name(of: process), resident: ResidentMemory.of(process), heap: figures
        )
        // The page may be that of an earlier process, or of what this one executed before.
        if ProcessIdentity(of: process) != identity {
            throw ToolError(.noInput, "process \(process) ended, or executed another program, while it was read")
        }
    }

    private static func reason(_ failure: StatisticsPage.Failure) -> String {
        switch failure {
        case .unreadable(let error): "\(error)"
        case .unfinished: "it is just starting; try again"
        case .foreign: "the file is no page of figures, or was replaced by another file"
        case .otherVersion(let version):
            "they are of version \(version); use the command that was built with the process's library"
        case .busy: "it changes them all the time; try again"
        }
    }

    private struct Saved: Encodable {
        let process: Int32
        let name: String
        let residentBytes: ByteCount
        let heap: HeapFigures
    }

    /// Returns the JSON text, with sorted keys.
    func json() throws -> [UInt8] {
        let saved = Saved(process: process, name: name, residentBytes: resident, heap: heap)
        return try JSONText.bytes(of: saved, .statistics)
    }
}
