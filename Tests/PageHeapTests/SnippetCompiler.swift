import Foundation
import TestSupport

/// Compiles small programs against the library as it was built for these tests, as a client of the package would.
enum SnippetCompiler {
    /// Compiles a file.
    ///
    /// - Returns: the compiler's complaints, or nil if it has none.
    static func complaints(_ text: String) throws -> String? {
        let folder = try TemporaryFolder()
        let source = try folder.write(text, to: "Snippet.swift")
        let products = URL(filePath: BuildProducts.folder)
        let checkouts = products.appending(path: "../../checkouts").standardized
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swiftc", "-swift-version", "6", "-c", source, "-o", folder.file("Snippet.o"),
            "-I", products.appending(path: "Modules").path,
            "-Xcc", "-I\(sources.path)/CPageHeapInterface/include",
            "-Xcc", "-fmodule-map-file=\(products.path)/CPageHeap.build/module.modulemap",
            "-Xcc", "-fmodule-map-file=\(products.path)/CPageHeapInterface.build/module.modulemap",
            "-Xcc", "-fmodule-map-file=\(checkouts.path)/swift-system/Sources/CSystem/include/module.modulemap",
        ]
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : text
    }

    /// The folder of the package's sources.
    static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        .standardized
}
