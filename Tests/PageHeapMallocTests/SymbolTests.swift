import CPageHeapInterface
import TestSupport
import Testing

/// The symbols that the library exports to a process, and those that it imports.
struct SymbolTests {
    private static let nm = TestPrograms.find("nm") ?? TestPrograms.find("llvm-nm")
    private static let readelf = TestPrograms.find("readelf") ?? TestPrograms.find("llvm-readelf")
    private static let objdump = TestPrograms.find("objdump") ?? TestPrograms.find("llvm-objdump")

    private func lines(_ tool: String?, _ arguments: [String]) throws -> [Substring] {
        let outcome = try ChildProcess.runTool(try #require(tool), arguments + [MallocLibrary.requirePath()])
        #expect(outcome.succeeded, "\(outcome)")
        return outcome.output.split(separator: "\n")
    }

    /// Names without their versions.
    private func names(_ lines: [Substring]) -> Set<String> {
        Set(lines.compactMap { $0.split(separator: " ").last?.split(separator: "@").first.map(String.init) })
    }

    @Test(.enabled("no nm") { nm != nil })
    func exactlyTheListedNamesAreExported() throws {
        let list = try Repository.text(of: "Sources/PageHeapMalloc/exports.map")
        let listed = list.matches(of: /([A-Za-z_0-9]+);/).map { String($0.1) }
        #expect(listed.contains("malloc") && Set(listed).count == listed.count)
        #expect(names(try lines(Self.nm, ["-D", "-g", "--defined-only"])) == Set(listed))
    }

    @Test(.enabled("no nm") { nm != nil })
    func nothingOfASwiftRuntimeIsImported() throws {
        let undefined = names(try lines(Self.nm, ["-D", "--undefined-only"]))
        #expect(undefined.contains("mmap"))
        #expect(undefined.filter { $0.contains("swift") || $0.hasPrefix("$") } == [])
    }

    @Test(.enabled("no readelf") { readelf != nil })
    func onlyTheCLibraryIsNeeded() throws {
        let needed = try lines(Self.readelf, ["-d"]).filter { $0.contains("(NEEDED)") }
            .compactMap { $0.firstMatch(of: /\[(.*)\]/).map { String($0.1) } }
        #expect(needed.contains { $0.hasPrefix("libc.") })
        #expect(needed.filter { !$0.hasPrefix("libc.") && !$0.hasPrefix("ld-linux") } == [])
    }

    /// Executed as a program, the library must not crash.
    @Test func theLibrarySaysWhatItIs() throws {
        let outcome = try ChildProcess.runTool(try MallocLibrary.requirePath(), [])
        #expect(outcome.succeeded, "\(outcome)")
        #expect(outcome.output.hasPrefix("PageHeap \(PAGEHEAP_VERSION_STRING): "), "\(outcome)")
        #expect(outcome.output.contains("LD_PRELOAD="), "\(outcome)")
    }

    /// A runtime call that allocates or counts references would come back to this very malloc.
    ///
    /// The compiler derives `hashValue` for every plain enumeration, and its seed is set up by such a call; so no
    /// function may call that either.
    @Test(.enabled("no objdump") { objdump != nil })
    func noFunctionCallsTheSwiftRuntime() throws {
        var function: Substring = ""
        var calls: [String] = []
        for line in try lines(Self.objdump, ["-d", "--no-show-raw-insn"]) {
            if let start = line.wholeMatch(of: /[0-9a-f]+ <(.*)>:/) {
                function = start.1
            } else if function.contains("PageHeap") || function.contains("pageheap"), !function.contains("hashValue"),
                let target = line.firstMatch(of: /<(_?swift_[A-Za-z_]+|[^>+]*hashValue[^>+]*)/)
            {
                calls.append("\(function) calls \(target.1)")
            }
        }
        #expect(calls == [])
    }
}
