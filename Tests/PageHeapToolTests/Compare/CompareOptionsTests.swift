import SystemPackage
import Testing

@testable import PageHeapTool

struct CompareOptionsTests {
    @Test func optionsAndTheProgramAreSeparated() throws {
        let command = try CompareCommand.parse([
            "--with", "glibc, ./a b.so ,tbb", "--runs", "7", "--show-output", "--", "ls", "--runs", "--",
        ])
        #expect(command.words.programAndArguments == ["ls", "--runs", "--"])
        #expect(command.options.allocatorNames == ["glibc", "./a b.so", "tbb"])
        #expect(command.options.runs == 7)
        #expect(command.options.showOutput)
        let plain = try CompareCommand.parse(["ls", "-l"])
        #expect(plain.options.allocatorNames == nil)
        #expect(plain.options.runs == 3)
        #expect(plain.words.programAndArguments == ["ls", "-l"])
    }

    @Test(arguments: [
        [], ["--"], ["--nonsense", "--", "ls"], ["--runs", "0", "--", "ls"], ["--runs", "-1", "--", "ls"],
        ["--runs", "1001", "--", "ls"], ["--runs", "x", "--", "ls"], ["--with", "", "--", "ls"],
        ["--with", "a,,b", "--", "ls"], ["--with", "a, ", "--", "ls"], ["--interval", "9", "--", "ls"],
        ["--json", "-", "--", "ls"], ["--report", "x", "--svg", "./x", "--", "ls"], ["--with"],
    ])
    func wrongUsageIsRefused(arguments: [String]) {
        do {
            _ = try CompareCommand.parse(arguments)
            Issue.record("accepted \(arguments)")
        } catch {
            #expect(CompareCommand.exitCode(for: error).rawValue == 64)
        }
    }

    @Test func pageHeapCanBeComparedWithItsOwnSettings() throws {
        let finder = LibraryFinder(libraryPath: nil, root: "/no/such/root", refusal: { _ in nil })
        func selection(_ names: String...) throws(ToolError) -> [ComparedAllocator] {
            try AllocatorSelection(names: names, pageHeap: .make("/lib/p.so"), finder: finder).allocators
        }
        let allocators = try selection(
            "pageheap", "PageHeap:PAGEHEAP_RETAIN_PERCENT=20",
            "pageheap:PAGEHEAP_RETAIN_PERCENT=20:PAGEHEAP_RELEASE=lazy")
        #expect(
            allocators.map(\.name)
                == ["PageHeap", "PageHeap:RETAIN_PERCENT=20", "PageHeap:RETAIN_PERCENT=20:RELEASE=lazy"])
        #expect(allocators.map(\.settings.count) == [0, 1, 2])
        #expect(allocators.allSatisfy { $0.isPageHeap })
        let environment = RawStrings(["A=1", "PAGEHEAP_RELEASE=now"]).setting(allocators[2].settings)
        #expect(environment.texts == ["A=1", "PAGEHEAP_RETAIN_PERCENT=20", "PAGEHEAP_RELEASE=lazy"])
        for wrong in [
            "pageheap:", "pageheap:RETAIN_PERCENT=0", "pageheap:PAGEHEAP_RETAIN_PERCENT",
            "pageheap:PAGEHEAP_RETAIN_PERCENT=x",
            "pageheap:PAGEHEAP_NONSENSE=1",
        ] {
            #expect(throws: ToolError.self, "\(wrong)") { try selection(wrong) }
        }
    }

    @Test func theEnvironmentPreloadsOneAllocator() {
        let own = RawStrings(["A=1", "LD_PRELOAD=/x.so", "PAGEHEAP_STATISTICS_DIRECTORY=/old"])
            .without(ChildEnvironment.preloadVariable)
        func made(_ library: String?) -> [String] {
            ChildEnvironment(from: own, libraries: library.map { [FilePath($0)] } ?? [], statisticsFolder: nil)
                .variables.texts
        }
        #expect(made(nil) == ["A=1"])
        #expect(made("/lib.so") == ["A=1", "LD_PRELOAD=/lib.so"])
    }
}
