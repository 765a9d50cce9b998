import Foundation
import PageHeapCore
import TestSupport

/// A folder that stands for the root of the file system, with the files that the surroundings are read from.
struct SystemTree {
    private let folder: TemporaryFolder

    /// - Parameter groups: the text of `/proc/self/cgroup`; nil for none.
    init(groups: String?) throws {
        folder = try TemporaryFolder()
        if let groups { try write(groups, to: "proc/self/cgroup") }
    }

    func write(_ text: String, to path: String) throws {
        let place = URL(fileURLWithPath: folder.file(path)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try folder.write(text, to: path)
    }

    /// Writes files of a control group, below `/sys/fs/cgroup`.
    func group(_ path: String, _ files: [String: String]) throws {
        for (name, text) in files { try write(text + "\n", to: "sys/fs/cgroup\(path)/\(name)") }
    }

    /// What the heap reads of it.
    var surroundings: Surroundings? { HostOperatingSystem.surroundings(in: folder.path) }
}
