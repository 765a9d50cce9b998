import Foundation
import Testing

/// `ProcessMalloc`, the Swift library's view of the malloc that the process runs on.
struct ProcessMallocTests {
    /// The path of the program, which is built beside the malloc library.
    private func program() throws -> String {
        URL(fileURLWithPath: try MallocLibrary.requirePath()).deletingLastPathComponent()
            .appendingPathComponent("ProcessMallocProgram").path
    }

    @Test func thePreloadedMallocOffersFiguresLimitReleaseAndTrace() throws {
        let outcome = try ChildProcess.run(try program(), environment: ["PAGEHEAP_SCAVENGER": "off"])
        #expect(outcome.succeeded && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorLines.count == 2, "\(outcome)")
        #expect(outcome.errorLines.last?.hasSuffix("(forced)") == true, "\(outcome)")
    }

    @Test func theErrorForAnotherMallocSaysWhatToDo() throws {
        let outcome = try ChildProcess.runTool(try program(), [])
        #expect(outcome.code == 1, "\(outcome)")
        #expect(
            outcome.output == """
                libpageheapmalloc.so is not the malloc of this process: start it with \
                LD_PRELOAD=/path/to/libpageheapmalloc.so, or link the product pageheapmalloc

                """)
    }

    @Test func aLibraryLoadedTooLateIsNotTheMalloc() throws {
        let outcome = try ChildProcess.runTool(try program(), [try MallocLibrary.requirePath()])
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.hasPrefix("libpageheapmalloc.so is loaded, but another malloc comes before it"))
    }

    @Test(.needsCompiler)
    func aLibraryOfAnotherVersionIsNamed() throws {
        let outcome = try ChildProcess(
            try program(), preload: try TestPrograms.library("other_version")
        ).end()
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.contains("has interface 99.3; this program needs 1.0"), "\(outcome)")
    }
}
