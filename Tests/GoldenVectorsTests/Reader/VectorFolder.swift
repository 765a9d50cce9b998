import Foundation

/// A folder of golden cases: the one that `PAGEHEAP_VECTORS` names, otherwise the one beside these tests.
struct VectorFolder {
    private let url: URL

    init(_ url: URL) { self.url = url }

    /// The folder that the tests read.
    static let current: VectorFolder = {
        if let path = ProcessInfo.processInfo.environment["PAGEHEAP_VECTORS"], !path.isEmpty {
            return VectorFolder(URL(fileURLWithPath: path))
        }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return VectorFolder(tests.appendingPathComponent("Vectors"))
    }()

    var path: String { url.path }

    /// A file by its name without endings: the plain one if it exists, otherwise the compressed one.
    func file(_ name: String) -> VectorFile? {
        for ending in ["jsonl", "jsonl.gz"] {
            let candidate = url.appendingPathComponent("\(name).\(ending)")
            if FileManager.default.fileExists(atPath: candidate.path) {
                return VectorFile(name: "\(name).jsonl", url: candidate)
            }
        }
        return nil
    }

    /// The names for which there is neither a plain nor a compressed file.
    func missing(of names: [String]) -> [String] { names.filter { file($0) == nil } }

    /// The files of the folder that belong to none of the names, sorted. Explanations (`.md`) are not listed.
    func unknown(beside names: [String]) throws -> [String] {
        let known = Set(names.flatMap { ["\($0).jsonl", "\($0).jsonl.gz"] })
        return try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !known.contains($0) && !$0.hasSuffix(".md") }.sorted()
    }
}
