import ArgumentParser
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct RunPartsTests {
    @Test func stringsPassAsBytes() {
        let strings = RawStrings(zeroTerminated: [97, 0, 0, 0xff, 98, 0])
        #expect(strings.elements == [[97], [], [0xff, 98]])
        #expect(RawStrings(zeroTerminated: []).elements.isEmpty)
        let back = strings.withPointers { pointers in
            pointers.dropLast().map { $0.map { String(cString: $0) } }
        }
        #expect(back == ["a", "", "\u{fffd}b"])
    }

    @Test func theLibraryComesBeforeOthers() {
        let own = RawStrings(["A=1", "LD_PRELOAD=/x.so", "PAGEHEAP_STATISTICS_DIRECTORY=/old", "B="])
        let made = ChildEnvironment(from: own, libraries: ["/lib.so"], statisticsFolder: "/shm/new").variables.texts
        #expect(
            made == [
                "A=1", "B=", "LD_PRELOAD=/lib.so:/x.so", "PAGEHEAP_STATISTICS_DIRECTORY=/shm/new",
                "PAGEHEAP_STATISTICS_KEEP=1",
            ])
        let two = ChildEnvironment(from: own, libraries: ["/r.so", "/lib.so"], statisticsFolder: nil).variables.texts
        #expect(two == ["A=1", "B=", "LD_PRELOAD=/r.so:/lib.so:/x.so"])
        let alone = ChildEnvironment(from: RawStrings(["LD_PRELOAD="]), libraries: ["/lib.so"], statisticsFolder: "/s")
        #expect(alone.variables.texts.first == "LD_PRELOAD=/lib.so")
    }

    @Test func waitStatusesAreDecoded() {
        #expect(ProcessEnding(waitStatus: 7 << 8) == .exited(code: 7))
        #expect(ProcessEnding(waitStatus: 9) == .killed(signal: 9))
        #expect(ProcessEnding(waitStatus: 11 | 0x80).exitCode == 139)
    }

    @Test func thePrivateFolderIsRemoved() throws {
        var path = FilePath()
        do {
            let folder = try PrivateFolder(in: ["/no/such/place", "/tmp"])
            path = folder.path
            #expect(path.resolved != nil)
        }
        #expect(path.resolved == nil)
    }

    @Test func whatKilledCommandsLeftIsRemovedAndNothingElse() throws {
        let place = try TemporaryFolder()
        let running = try PrivateFolder(in: [FilePath(place.path)])
        /// Makes a folder, with the file that a running command has locked if `mark` says its name.
        func make(_ name: String, mark: String?, minutesAgo: Double) throws {
            let folder = place.file(name)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            for file in ["content", mark].compactMap({ $0 }) {
                let path = "\(folder)/\(file)"
                try #require(FileManager.default.createFile(atPath: path, contents: nil))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -60 * minutesAgo)], ofItemAtPath: path)
            }
        }
        let mark = try #require(FileManager.default.contentsOfDirectory(atPath: running.path.string).first)
        try make("pageheap-killed", mark: mark, minutesAgo: 5)
        try make("pageheap-newest", mark: mark, minutesAgo: 0)
        try make("pageheap-of-mine", mark: nil, minutesAgo: 5)
        try make("other", mark: mark, minutesAgo: 5)
        try FileManager.default.createSymbolicLink(atPath: place.file("pageheap-link"), withDestinationPath: "other")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -300)],
            ofItemAtPath: running.path.appending(mark).string)
        do {
            let next = try PrivateFolder(in: [FilePath(place.path)])
            #expect(next.path != running.path)
        }
        let left = try #require(running.path.lastComponent?.string)
        #expect(
            Set(place.names) == ["pageheap-newest", "pageheap-of-mine", "pageheap-link", "other", left],
            "\(place.names)")
    }

    @Test func theKernelsMarkCountsOnlyAboveTheFloor() {
        #expect(outcome(mark: 50, floor: 20).peak?.source == .kernel)
        #expect(outcome(mark: 19, floor: 20).peak ?? (.zero, .kernel) == (ByteCount(10), .samples))
        #expect(outcome(mark: 9, floor: 2).peak ?? (.zero, .kernel) == (ByteCount(10), .samples))
    }

    @Test func optionsAndTheProgramAreSeparated() throws {
        let command = try RunCommand.parse(
            ["--interval", "50", "--json", "x", "--", "ls", "--json", "--", "-l"])
        #expect(command.programAndArguments == ["ls", "--json", "--", "-l"])
        #expect(command.options.interval == 50)
        #expect(try RunCommand.parse(["ls", "-l", "--quiet"]).programAndArguments == ["ls", "-l", "--quiet"])
    }

    @Test func theSameFileIsRecognizedHoweverItIsSpelled() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "there")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "there")
        try FileManager.default.createSymbolicLink(atPath: folder.file("folder"), withDestinationPath: ".")
        func refuses(_ report: String, _ json: String) -> Bool {
            let names = OutputNames([(.report, report), (.json, json)], standardOutputIsFor: "the program")
            do { try names.check() } catch { return true }
            return false
        }
        #expect(refuses(folder.file("there"), folder.file("link")))
        #expect(refuses(folder.file("new"), folder.file("folder/new")))
        #expect(refuses(folder.file("new"), folder.file("folder/../\(FilePath(folder.path).lastComponent!)/new")))
        #expect(!refuses(folder.file("there"), folder.file("new")))
        #expect(!refuses("/dev/null", "/dev/null"))
    }

    @Test func lettersInNamesAreReplaced() throws {
        var values = FileNamePattern.Values(program: "/usr/bin/a.b", startedAt: Date(timeIntervalSince1970: 17.9))
        let pattern = FileNamePattern("100%%-%e/%t.%p%%p")
        try pattern.check(of: "--json", letters: "pet")
        #expect(pattern.name(values) == "100%-a.b/17.%p%p")
        values.process = 4711
        #expect(pattern.name(values) == "100%-a.b/17.4711%p")
        #expect(pattern.hasProcess && !FileNamePattern("%%p-%e").hasProcess)
        #expect(FileNamePattern(literal: "%p%%").name(values) == "%p%%")
        for bad in ["%", "a%x", "%%%", "% "] {
            #expect(throws: ValidationError.self) { try FileNamePattern(bad).check(of: "--json", letters: "pet") }
        }
        #expect(throws: ValidationError.self) { try pattern.check(of: "--json", letters: "et") }
    }

    @Test func namesThatBecomeTheSameAreRefused() throws {
        let names = OutputNames(
            [(.report, "a-%e"), (.json, "a-sh")], standardOutputIsFor: "the program", letters: "pet")
        try names.check()
        let values = FileNamePattern.Values(program: "/bin/sh", startedAt: Date())
        #expect(throws: ValidationError.self) { try names.expanded(values).check() }
    }

    @Test func signalsAreWrittenAsBits() {
        #expect(SignalSet([]).hexadecimal == "0")
        #expect(SignalSet([1, 2, 15, 64]).hexadecimal == "8000000000004003")
    }

    @Test(arguments: [
        [], ["--"], ["--nonsense", "--", "ls"], ["--interval", "9", "--", "ls"], ["--interval", "60001", "--", "ls"],
        ["--interval", "x", "--", "ls"], ["--json", "-", "--", "ls"], ["--report", "", "--", "ls"],
        ["--report", "a/../x", "--json", "x", "--", "ls"], ["--report"], ["--json", "a\u{fffd}", "--", "ls"],
        ["--json", "a%x", "--", "ls"],
    ])
    func wrongUsageIsRefused(arguments: [String]) {
        do {
            _ = try RunCommand.parse(arguments)
            Issue.record("accepted \(arguments)")
        } catch {
            #expect(RunCommand.exitCode(for: error).rawValue == 64)
        }
    }

    private func outcome(mark: UInt64, floor: UInt64) -> RunOutcome {
        var integral = ResidentIntegral()
        integral.add(seconds: 0, bytes: ByteCount(10))
        return RunOutcome(
            ending: .exited(code: 0), wallSeconds: 1, use: ResourceUse(largestResident: ByteCount(mark)),
            residentFloor: ByteCount(floor), samples: [], samplesTaken: 0, samplesMerged: 1, integral: integral,
            heap: HeapFigures(), heapPeak: HeapPeak(), mostScavengerNanoseconds: 0,
            hasHeapFigures: false, publishingProcesses: 0, census: nil, mostProcesses: 1, processesLeft: 0,
            unreadableVersion: nil)
    }
}
