import Foundation
import TestSupport
import Testing

/// A generated corpus of wrong uses: each is caught as the hardening level promises, and no right use is taken for one.
@Suite(.needsCompiler)
struct WrongUseTests {
    /// Ten thousand with all levels together; the nightly run has that many for each.
    private static let count = environmentNumber("PAGEHEAP_OPERATIONS") ?? 2500
    private static let seed = environmentNumber("PAGEHEAP_SEED") ?? 1

    @Test(arguments: ["0", "1", "2", "guarded"])
    func everyWrongUseIsCaughtAsTheLevelPromises(level: String) throws {
        // In parts, because a child process is killed after 100 seconds.
        let program = try TestPrograms.program("wrong_uses")
        for first in stride(from: 0, to: Self.count, by: 1000) {
            let count = min(1000, Self.count - first)
            let outcome = try ChildProcess.run(program, [level, "\(Self.seed + first)", "\(count)"])
            #expect(outcome.succeeded, "\(outcome.output.prefix(4000))\(outcome.errors.prefix(1000))")
            #expect(outcome.output.hasSuffix("0 of \(count) promises broken\n"))
        }
    }

    /// A report names the calls that allocated and freed the block, as places in the program's file.
    @Test(.enabled("no addr2line") { TestPrograms.find("addr2line") != nil })
    func aReportNamesTheCallsByTheirPlaces() throws {
        let program = try TestPrograms.program("wrong_frees")
        let outcome = try ChildProcess.run(
            program, ["small-twice-at-once"],
            environment: ["PAGEHEAP_HARDENING": "2", "PAGEHEAP_GUARD_INTERVAL": "1"])
        #expect(outcome.signal == SIGABRT)
        let lines = outcome.errorLines
        try #require(lines.first?.hasPrefix("pageheap: double free: 0x") == true, "\(outcome)")
        let sites = ["pageheap: allocated by thread ", "pageheap: freed by thread "]
        for site in sites {
            let start = try #require(lines.firstIndex { $0.hasPrefix(site) }, "\(outcome)")
            let place = try #require(lines[(start + 1)...].first { $0.contains("\(program)+") }, "\(outcome)")
            let offset = try #require(place.split(separator: "+").last)
            let line = try ChildProcess.runTool("addr2line", ["-f", "-e", program, String(offset)]).output
            #expect(line.hasPrefix("small_twice_at_once\n"), "\(place): \(line)")
        }
    }

    /// The handler of the signal that a program had, or sets, is called as without the library.
    @Test(arguments: ["0", "2"])
    func aProgramsOwnHandlerOfFaultsIsCalled(level: String) throws {
        try Check.passes("faults", "handled", environment: ["PAGEHEAP_HARDENING": level])
        try Check.passes("faults", "sent", environment: ["PAGEHEAP_HARDENING": level])
        try Check.passes("faults", "without", environment: ["PAGEHEAP_HARDENING": level])
        try Check.passes("faults", "protected", environment: ["PAGEHEAP_HARDENING": level])
    }
}
