import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

struct WordCompletionTests {
    private let folder: TemporaryFolder
    private let home: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        home = try TemporaryFolder()
        try folder.write("", to: "python9", mode: 0o755)
        try folder.write("", to: "pyramid.txt")
        try folder.write("", to: ".python-hidden", mode: 0o755)
        try home.write("", to: "server", mode: 0o755)
    }

    private func completion(_ words: String...) -> WordCompletion {
        WordCompletion(
            words: ["pageheap"] + words, index: words.count, prefix: words.last ?? "",
            environment: ["PATH": folder.path, "HOME": home.path])
    }

    @Test func theProgramIsOneOfThoseInPathOrAFile() {
        #expect(completion("run", "--", "pyt").programs == ["python9"])
        #expect(completion("run", "--quiet", "pyt").programs == ["python9"])
        let files = ["\(folder.path)/pyramid.txt", "\(folder.path)/python9"]
        #expect(completion("run", "\(folder.path)/py").programs == files)
        #expect(completion("run", "--", "~/s").programs == ["~/server"])
        #expect(completion("run", "--", "no such program").programs == [])
    }

    @Test func itsArgumentsAreFiles() {
        #expect(completion("run", "--", "make", "pyt").programs == [])
        #expect(completion("run", "--", "make", "\(folder.path)/pyr").programs == ["\(folder.path)/pyramid.txt"])
    }

    @Test func namesOfFoldersEndInASlash() {
        #expect(completion("run", "--", folder.path).programs == [folder.path + "/"])
    }

    @Test func allocatorsAreNamedOneAfterAnother() {
        #expect(completion("compare", "--with", "").allocators.starts(with: ["pageheap", "glibc", "jemalloc"]))
        #expect(completion("compare", "--with", "glibc,je").allocators == ["glibc,jemalloc"])
        let start = "glibc,\(folder.path)/"
        #expect(completion("compare", "--with", start + "pyt").allocators == [start + "python9"])
    }

    @Test func processesOnPageHeapAreOffered() throws {
        let program = try WatchedProgram()
        #expect(completion("stats", "").processes.contains(program.identifier))
        #expect(completion("stats", program.identifier).processes.contains(program.identifier))
        #expect(!completion("stats", "x").processes.contains(program.identifier))
        // The tests themselves are not on PageHeap.
        #expect(!completion("stats", "").processes.contains("\(getpid())"))
    }

    /// The parser's script for fish does not count arguments that have none.
    @Test func everyArgumentWithoutANameHasACompletion() throws {
        func check(_ command: [String: Any], _ path: [String]) -> Int {
            let arguments = (command["arguments"] as? [[String: Any]] ?? []).filter {
                $0["kind"] as? String == "positional"
            }
            for argument in arguments { #expect(argument["completionKind"] != nil, "\(path) \(argument)") }
            let commands = (command["subcommands"] as? [[String: Any]] ?? []).filter {
                $0["commandName"] as? String != "help"
            }
            return commands.reduce(arguments.count) { $0 + check($1, path + [$1["commandName"] as? String ?? ""]) }
        }
        let help = try JSONSerialization.jsonObject(with: Data(PageHeapCommand._dumpHelp().utf8)) as? [String: Any]
        #expect(check(try #require(help?["command"] as? [String: Any]), []) >= 14)
    }

    @Test func aValueOfCtlFitsTheAction() {
        #expect(completion("ctl", "1", "trace", "").controlValues == ["off", "text", "json"])
        #expect(completion("ctl", "1", "hard-limit", "n").controlValues == ["none"])
        #expect(completion("ctl", "1", "release", "").controlValues == [])
        #expect(completion("ctl", "1", "profile", "\(folder.path)/pyr").controlValues == ["\(folder.path)/pyramid.txt"])
    }
}
