import Foundation
import TestSupport
import Testing

/// Misuse that the compiler must refuse: runs that are used after they are gone, copied, or viewed for longer than they
/// live.
struct OwnershipTests {
    /// Compiles a function's body against the library as it was built for these tests.
    ///
    /// - Returns: the compiler's complaints, or nil if it has none.
    private func complaints(_ body: String) throws -> String? {
        let folder = try TemporaryFolder()
        let source = try folder.write(
            "import PageHeap\nfunc snippet(_ heap: PageHeap) throws {\n\(body)\n}\n", to: "Snippet.swift")
        let products = URL(filePath: BuildProducts.folder)
        let checkouts = products.appending(path: "../../checkouts").standardized
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
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

    @Test func correctUseCompiles() throws {
        let found = try complaints(
            """
            var run = try heap.allocate(pages: 2)
            var words = run.mutableSpan(of: Int.self)
            words[0] = 1
            print(run.bytes.byteCount)
            run.initialize { $0.append(7, as: UInt8.self) }
            let rest = try run.split(at: 1)
            run.release()
            rest.release()
            """)
        #expect(found == nil)
    }

    private static let write = "one.storeBytes(of: 1, as: Int.self)\ntwo.storeBytes(of: 1, as: Int.self)"

    @Test(
        arguments: [
            ("use after release", "run.release()\nprint(run.pages)", "used after consume"),
            ("release twice", "run.release()\nrun.release()", "consumed more than once"),
            ("use after leak", "_ = run.leak()\nrun.release()", "consumed more than once"),
            ("a copy", "let copy = copy run\n_ = copy.pages", "noncopyable"),
            ("a span after its run", "let bytes = run.bytes\nrun.release()\nprint(bytes.byteCount)", "exclusive"),
            ("two spans that write", "var one = run.mutableBytes\nvar two = run.mutableBytes\n\(write)", "overlapping"),
            (
                "a cut under a span", "let bytes = run.bytes\ntry run.shrink(toPages: 1)\nprint(bytes.byteCount)",
                "overlapping"
            ),
        ])
    func incorrectUseDoesNotCompile(_ name: String, _ body: String, _ expected: String) throws {
        let found = try #require(
            try complaints("var run = try heap.allocate(pages: 2)\n_ = run.mutableBytes\n" + body), "\(name) compiles")
        #expect(found.contains(expected), "\(found)")
    }
}
