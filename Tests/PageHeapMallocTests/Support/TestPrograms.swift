import Foundation
import TestSupport

/// The C and Swift programs of the folder `Programs`, compiled once per run into a temporary folder.
///
/// The compilers run on first use, one at a time.
enum TestPrograms {
    struct NotCompiled: Error, CustomStringConvertible {
        let description: String
    }

    private static let sources = Repository.path(of: "Tests/PageHeapMallocTests/Programs")
    /// The folder of the library's own C header.
    static let headers = Repository.path(of: "Sources/CPageHeapInterface/include")
    /// The folder of the compiled programs, which is removed when the test process ends normally.
    private static let folder: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        leavings = folder.path
        atexit { if let path = leavings { try? FileManager.default.removeItem(atPath: path) } }
        return folder
    }
    nonisolated(unsafe) private static var leavings: String?

    /// The first C compiler on PATH; a Swift toolchain brings one.
    static let compiler = ["cc", "gcc", "clang"].first { find($0) != nil }
    static let cxxCompiler = ["c++", "g++", "clang++"].first { find($0) != nil }
    static let swiftCompiler = find("swiftc")

    private static let lock = NSLock()
    nonisolated(unsafe) private static var compiled: [String: Result<String, any Error>] = [:]

    /// The path of an executable in the folders of PATH.
    static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The executable of a program `NAME.c`.
    static func program(_ name: String) throws -> String {
        // Without builtins the compiler cannot drop a malloc whose block is freed unread.
        try compile(
            name, compiler, ["-O1", "-g", "-fno-builtin", "-pthread", "-I", headers, "\(sources)/\(name).c", "-o"])
    }

    /// The shared library of a source `NAME.c`.
    static func library(_ name: String) throws -> String {
        try compile(name, compiler, ["-O1", "-g", "-shared", "-fPIC", "\(sources)/\(name).c", "-o"])
    }

    /// The executable of a program `NAME.cpp`.
    static func cxxProgram(_ name: String, define: String? = nil) throws -> String {
        try compile(
            name + (define.map { "-\($0)" } ?? ""), cxxCompiler,
            ["-std=c++17", "-O1", "-g"] + (define.map { ["-D\($0)"] } ?? []) + ["\(sources)/\(name).cpp", "-o"])
    }

    /// The shared library of a source `NAME.cpp`.
    static func cxxLibrary(_ name: String) throws -> String {
        try compile(name, cxxCompiler, ["-O1", "-g", "-shared", "-fPIC", "\(sources)/\(name).cpp", "-o"])
    }

    /// The executable of a program `NAME.swift`, linked dynamically to the Swift runtime.
    static func swiftProgram(_ name: String) throws -> String {
        try compile(name, swiftCompiler, ["-O", "-parse-as-library", "\(sources)/\(name).swift", "-o"])
    }

    private static func compile(_ name: String, _ compiler: String?, _ arguments: [String]) throws -> String {
        lock.lock()
        defer { lock.unlock() }
        if let known = compiled[name] { return try known.get() }
        let result = Result {
            guard let compiler else { throw NotCompiled(description: "no compiler for \(name)") }
            let target = try folder.get().file(name)
            let outcome = try ChildProcess.runTool(compiler, arguments + [target])
            guard outcome.succeeded else { throw NotCompiled(description: "\(compiler) \(name): \(outcome)") }
            return target
        }
        compiled[name] = result
        return try result.get()
    }
}
