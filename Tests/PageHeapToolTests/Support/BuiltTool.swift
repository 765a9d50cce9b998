import Foundation
import TestSupport

/// The `pageheap` executable of this build, run as a user would.
struct BuiltTool {
    /// What a run of the tool left: its exit code and output.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    static let path = BuildProducts.path(of: "pageheap")
    static let libraryPath = BuildProducts.path(of: "libpageheapmalloc.so")
    static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
    static let hasLibrary = isBuilt && FileManager.default.fileExists(atPath: libraryPath)

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

    /// Waits for the end of the tool.
    func outcome() -> Outcome {
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: files.text(of: "output"), errors: files.text(of: "errors"))
    }

    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Outcome {
        try BuiltTool(arguments, input: input, environment: environment).outcome()
    }
}
