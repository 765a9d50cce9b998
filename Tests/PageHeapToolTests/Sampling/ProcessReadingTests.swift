import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct ProcessReadingTests {
    @Test func namesWithParenthesesAreSkipped() throws {
        let fields = (4...52).map { "\($0)" }.joined(separator: " ")
        let stat = try #require(ProcessStat(parsing: Array("12 (a) b\r\n) (c) S \(fields)\n".utf8)))
        #expect(stat.name == Array("a) b\r\n) (c".utf8))
        #expect(stat.state == UInt8(ascii: "S"))
        #expect(stat.startTime == 22)
        #expect(stat.residentPages == 24)
        #expect(stat.stackStart == 28)
        #expect(stat.argumentStart == 48)
        #expect(stat.minorFaults == 10)
        #expect(stat.childrenMinorFaults == 11)
        #expect(stat.majorFaults == 12)
        #expect(stat.childrenMajorFaults == 13)
        #expect(stat.cpuTicks == 14 + 15)
        #expect(stat.childrenCPUTicks == 16 + 17)
        for stump in ["", "12 (a", "12 (a)", "12 (a) ", "12 )(", "12 (a) S 1"] {
            #expect(ProcessStat(parsing: Array(stump.utf8)) == nil, "\(stump)")
        }
    }

    @Test func aStatusIsReadWholeHoweverManyGroupsThereAre() throws {
        let folder = try TemporaryFolder()
        let groups = (100_000..<102_000).map { "\($0)" }.joined(separator: " ")
        try folder.write(
            """
            Name:\tx\\nUid:\t7\t7\t7\t7
            Uid:\t1\t2\t3\t4
            Groups:\t\(groups)
            NSpid:\t4711\t12
            VmHWM:\t    5 kB
            SigIgn:\t0000000180010000
            NoNewPrivs:\t1
            Seccomp:\t2
            """, to: "status")
        let status = try #require(ProcessStatus(of: FilePath(folder.path)))
        #expect(status.user == 2 && status.ownIdentifier == 12 && status.residentHighWaterMark == ByteCount(5 << 10))
        #expect(status.ignoredSignals == 1 << 16 | 3 << 31)
        #expect(status.gainsNoPrivileges == true && status.isFiltered == true)
        #expect(ProcessStatus(of: FilePath(folder.file("nothing"))) == nil)
        #expect(ProcessStatus(parsing: Array("Uid:\nUid:\t1\nSeccomp:\t0\n".utf8)).user == nil)
        #expect(ProcessStatus.own?.user == geteuid())
    }

    @Test func thisProcessLivesAndHasMemory() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        let identity = try #require(ProcessIdentity(of: own))
        #expect(identity == ProcessIdentity(of: own))
        #expect(ResidentMemory.of(own) > ByteCount(1 << 20))
        #expect(ResidentMemory.ownHighWaterMark() > ByteCount(1 << 20))
        #expect(ProcessIdentity(of: .max) == nil)
        #expect(ResidentMemory.of(.max) == .zero)
    }

    @Test func thisProcessHasUsedCPUTimeAndFaults() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        let reading = try #require(ProcessReading(of: own))
        #expect(reading.identity == ProcessIdentity(of: own))
        #expect(!reading.isZombie)
        #expect(reading.own.cpuSeconds > 0)
        #expect(reading.own.minorFaults > 0)
        // The clock has what the kernel's line has, and does not go back.
        #expect(try #require(ProcessUse.clockSeconds(of: own)) >= reading.own.cpuSeconds)
        #expect(ProcessReading(of: .max) == nil)
        #expect(ProcessUse.clockSeconds(of: .max) == nil)
    }

    @Test func aZombieStillHasItsCPUTime() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The shell executes a program that does not wait for the shell's child.
        child.arguments = ["-c", "sh -c 'while [ $((i += 1)) -lt 30000 ]; do :; done' & exec sleep 60"]
        try child.run()
        defer {
            // The threads of tests block the other signals, and children inherit that.
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
        }
        var zombie: ProcessReading?
        #expect(
            eventually {
                zombie = ProcessTree.descendants(of: child.processIdentifier).lazy
                    .compactMap { ProcessReading(of: $0) }.first { $0.isZombie }
                return zombie != nil
            })
        #expect(try #require(zombie).own.cpuSeconds > 0)
        #expect(ProcessIdentity(of: try #require(zombie).identity.identifier) == nil)
    }

    @Test func childrenAreFound() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/cat")
        let input = Pipe()
        child.standardInput = input
        try child.run()
        let found = ProcessTree.descendants(of: ProcessInfo.processInfo.processIdentifier)
        try input.fileHandleForWriting.close()
        child.waitUntilExit()
        #expect(found.contains(child.processIdentifier))
    }

    @Test func kernelTextsAreRead() {
        #expect(ResidentMemory.rollup("0-1 [rollup]\nRss:      12 kB\nPss: 3 kB\n") == ByteCount(12 << 10))
        #expect(ResidentMemory.rollup("") == nil)
        #expect(ResidentMemory.runningFigure("100 7 3", pageSize: 4096) == ByteCount(7 * 4096))
        #expect(ResidentMemory.runningFigure("", pageSize: 4096) == .zero)
    }
}
