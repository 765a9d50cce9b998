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
    private static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
    private static let library = BuildProducts.path(of: "libpageheapmalloc.so")
    private static let hasLibrary = FileManager.default.fileExists(atPath: library)

    /// Returns the path of the malloc library that the tool preloads; a missing library is a failure, never a reason to
    /// skip.
    static func requireLibrary() throws -> String {
        guard hasLibrary else { throw Missing(path: library, product: "pageheapmalloc") }
        return library
    }

    struct Missing: Error, CustomStringConvertible {
        let path: String
        let product: String
        var description: String { "\(path) is missing: swift build --product \(product)" }
    }

    let process = Process()
    private let files: TemporaryFolder

    /// Starts the tool, or a shell that starts it; a missing tool is a failure, never a reason to skip.
    init(
        _ arguments: [String], program: String = BuiltTool.path, input: String = "", environment: [String: String] = [:]
    ) throws {
        guard Self.isBuilt else { throw Missing(path: Self.path, product: "pageheap") }
        files = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: program)
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

    /// What the tool has written to standard error so far.
    var errorsSoFar: String { files.text(of: "errors") }

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
