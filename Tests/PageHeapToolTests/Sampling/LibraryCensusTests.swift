import Foundation
import SystemPackage
import Testing

@testable import PageHeapTool

struct LibraryCensusTests {
    private static let library = FilePath("/opt/lib/libpageheapmalloc.so")
    private static let program = "55d0-55d1 r-xp 00000000 fe:00 12 /usr/bin/program\n"
    private static let loader = "7f00-7f01 r-xp 00000000 fe:00 13 /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2\n"
    private static let libc = "7e00-7e01 r-xp 00000000 fe:00 14 /usr/lib/x86_64-linux-gnu/libc.so.6\n"
    private static let stack = "7ffc-7ffd rw-p 00000000 00:00 0 [stack]\n"

    @Test func mappingsTellWhatAProcessHas() {
        func standing(
            _ maps: String, isStatic: Bool = false, contains: Bool = false, preload: Bool = true
        ) -> LibraryCensus.Standing {
            LibraryCensus.standing(
                maps: maps, library: Self.library,
                executable: { LibraryCensus.Executable(isStatic: isStatic, containsLibrary: contains) },
                hasPreload: { preload })
        }
        let own = "7d00-7d01 r-xp 00000000 fe:00 15 /opt/lib/libpageheapmalloc.so"
        #expect(standing(Self.program + own + "\n" + Self.loader) == .loaded)
        #expect(standing(Self.program + own + " (deleted)\n" + Self.loader) == .loaded)
        #expect(standing(Self.program + own.replacing("/opt/lib", with: "/container/lib")) == .loaded)
        #expect(standing(Self.program + Self.stack, isStatic: true) == .without(.isStatic))
        #expect(standing(Self.program + Self.stack) == .undecided)
        #expect(standing(Self.program + Self.loader + Self.stack) == .undecided)
        #expect(standing("", isStatic: true, contains: true) == .undecided)
        #expect(standing(Self.program + Self.stack, isStatic: true, contains: true) == .loaded)
        #expect(standing(Self.program + Self.libc + Self.loader, contains: true, preload: false) == .loaded)
        #expect(standing(Self.program + Self.libc + Self.loader) == .without(.preloadIgnored))
        #expect(standing(Self.program + Self.libc + Self.loader, preload: false) == .without(.startedWithoutPreload))
    }

    @Test func thisProcessIsAStranger() throws {
        let own = try #require(ProcessIdentity(of: ProcessInfo.processInfo.processIdentifier))
        var census = LibraryCensus(library: Self.library)
        census.note([(own, ByteCount(10 << 20))])
        census.note([(own, ByteCount(30 << 20))])
        census.note([(own, ByteCount(20 << 20))])
        #expect(census.strangerCount == 1)
        #expect(census.loadedCount == 0)
        #expect(census.strangers == [own])
        #expect(census.strangersPeak == ByteCount(30 << 20))
        let largest = try #require(census.largestStranger)
        #expect(largest.peakResidentBytes == ByteCount(30 << 20))
        #expect(largest.processIdentifier == own.identifier)
        // What is ending has no memory and no stack any more.
        let line = try #require(FileReading.beginning(of: "/proc/\(own.identifier)/stat"))
        var stat = try #require(ProcessStat(parsing: line))
        (stat.stackStart, stat.argumentStart) = (0, 0)
        census.note([(own, .zero)])
        census.note([(ProcessIdentity(own.identifier, stat), .zero)])
        #expect(census.strangers == [own] && census.strangerCount == 1)
        census.note([])
        #expect(census.strangers.isEmpty)
        #expect(census.largestStranger == largest)
    }

    @Test func aProgramThatWasReplacedMeanwhileIsNotDecidedByItsSuccessor() throws {
        let process = ProcessInfo.processInfo.processIdentifier
        let line = try #require(FileReading.beginning(of: "/proc/\(process)/stat"))
        var stat = try #require(ProcessStat(parsing: line))
        stat.argumentStart += 4096
        var census = LibraryCensus(library: Self.library)
        census.note([(ProcessIdentity(process, stat), ByteCount(1 << 20))])
        #expect(census.strangerCount == 0)
        #expect(census.strangers.isEmpty)
    }

    @Test func onlyWhatWasReleasedAndStaysAwayCameBack() {
        func figures(_ inUse: UInt64, returned: UInt64) -> HeapFigures {
            var figures = HeapFigures()
            figures[\.in_use_bytes] = inUse
            figures[\.returned_bytes_total] = returned
            return figures
        }
        var peak = HeapPeak()
        peak.note(figures(50, returned: 5), resident: ByteCount(200))
        peak.note(figures(100, returned: 7), resident: ByteCount(200))
        peak.note(figures(60, returned: 47), resident: ByteCount(200))
        #expect(peak.retained == ByteCount(100))
        #expect(peak.cameBack(until: figures(60, returned: 47)) == ByteCount(40))
        // Taken again.
        #expect(peak.cameBack(until: figures(95, returned: 47)) == ByteCount(5))
        // Gone with a process that ended.
        #expect(peak.cameBack(until: figures(0, returned: 7)) == .zero)
        // What was never touched was not held.
        var untouched = HeapPeak()
        untouched.note(figures(1000, returned: 0), resident: ByteCount(10))
        #expect(untouched.retained == ByteCount(10))
    }
}
