import Foundation
import TestSupport
import Testing

/// A program that holds 24 MiB in blocks with as much free memory between them, and has freed 32 MiB.
final class WatchedProgram {
    let process = Process()
    let folder: TemporaryFolder
    var identifier: String { "\(process.processIdentifier)" }

    private static let text = """
        import sys, time
        kept = [bytes(12000) for i in range(4096)]
        del kept[::2]
        gone = bytearray(32 << 20)
        for place in range(0, len(gone), 4096): gone[place] = 1
        del gone
        open(sys.argv[1], 'w').close()
        while True: time.sleep(0.02); kept.append(bytes(2000)); kept.pop()
        """

    init(_ settings: [String: String] = ["PAGEHEAP_CONTROL": "1"]) throws {
        folder = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-S", "-c", Self.text, folder.file("ready")]
        let base = [
            "LD_PRELOAD": try BuiltTool.requireLibrary(), "PAGEHEAP_STATISTICS_DIRECTORY": folder.file("."),
            "PYTHONMALLOC": "malloc", "PATH": "/usr/bin:/bin",
        ]
        process.environment = base.merging(settings) { $1 }
        process.standardError = FileHandle(forWritingAtPath: try folder.write("", to: "errors"))
        try process.run()
        #expect(eventually { FileManager.default.fileExists(atPath: folder.file("ready")) })
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func figure(_ name: String) throws -> Int? {
        let outcome = try BuiltTool.run(["stats", "--json", identifier])
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return (object?["heap"] as? [String: Any])?[name] as? Int
    }
}
