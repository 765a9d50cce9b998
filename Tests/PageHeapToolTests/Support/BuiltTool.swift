import Foundation

/// The `pageheap` executable of this build, run as a user would.
struct BuiltTool {
    /// What a run left.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    /// Products of a build lie in one folder: the tool, the malloc library and the tests.
    static let folder =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? ""
    static let path = "\(folder)/pageheap"
    static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
    static let hasLibrary = isBuilt && FileManager.default.fileExists(atPath: "\(folder)/libpageheapmalloc.so")

    let process = Process()
    private let files: TemporaryFolder

    /// Starts the tool.
    init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
        files = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: try files.write(input, to: "input"))
        process.standardOutput = FileHandle(forWritingAtPath: try files.write("", to: "output"))
        process.standardError = FileHandle(forWritingAtPath: try files.write("", to: "errors"))
        // Tests run on threads that block most signals, and processes started there would inherit that.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    /// Waits for the end.
    func outcome() -> Outcome {
        process.waitUntilExit()
        func text(_ name: String) -> String {
            String(decoding: FileManager.default.contents(atPath: files.file(name)) ?? Data(), as: UTF8.self)
        }
        return Outcome(code: process.terminationStatus, output: text("output"), errors: text("errors"))
    }

    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Outcome {
        try BuiltTool(arguments, input: input, environment: environment).outcome()
    }

    /// Whether a condition comes true; it is given up after a time that no sound machine needs.
    static func waits(for condition: () -> Bool) -> Bool {
        let limit = Date(timeIntervalSinceNow: 60)
        while !condition() {
            if Date() > limit { return false }
            usleep(2000)
        }
        return true
    }
}
