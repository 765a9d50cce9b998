import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

struct FleetCollectorTests {
    private let host: FakeHost

    init() throws {
        host = try FakeHost()
    }

    @Test func processesOnPageHeapAreServedWithTheirLabels() throws {
        try host.add(12, page: FakeHost.page(inUse: 7))
        try host.add(13, maps: FakeHost.stranger)
        try host.add(14, name: "quiet", user: 4, maps: FakeHost.library)
        var collector = host.collector()
        let snapshot = collector.collect()
        #expect(snapshot.inUse == [#"pid="12",process="server",unit="web.service",user="web""#: 7])
        #expect(snapshot.readings.count == 2)
        #expect(snapshot.readings.allSatisfy { $0.resident.rawValue == 3 * UInt64(getpagesize()) })
        #expect(snapshot.counts[.read] == 1)
        #expect(snapshot.counts[.silent] == 1)
        let text = snapshot.text()
        #expect(text.contains(#"pageheap_process_published{pid="14",process="quiet",unit="web.service",user="4"} 0"#))
        #expect(!text.contains(#"pid="13""#))
    }

    @Test func aProcessThatEndsIsForgottenAndALaterOneIsAnother() throws {
        try host.add(12, name: "first", page: FakeHost.page(inUse: 1))
        var collector = host.collector()
        #expect(collector.collect().inUse.count == 1)
        // The same identifier, another process, the same page.
        try host.add(12, name: "second", start: 2000, page: FakeHost.page(inUse: 2))
        #expect(collector.collect().inUse.map(\.key).allSatisfy { $0.contains("second") })
        try host.remove(12)
        #expect(collector.collect().readings.isEmpty)
    }

    @Test func aPageThatAnEarlierProcessLeftIsNotTheLaterOnes() throws {
        try host.add(12, page: FakeHost.page(inUse: 1))
        var collector = host.collector()
        _ = collector.collect()
        try host.add(12, start: 2000, maps: FakeHost.library)
        let snapshot = collector.collect()
        #expect(snapshot.inUse.isEmpty)
        #expect(snapshot.counts[.silent] == 1)
    }

    @Test func aProgramThatIsExecutedBetweenWalksIsFound() throws {
        try host.add(12, page: FakeHost.page(inUse: 1))
        var collector = FleetCollector(
            host: host.tree, limits: FleetCollector.Limits(walkInterval: .seconds(3600), lookTime: .seconds(60)))
        _ = collector.collect()
        let maps = FakeHost.library + FakeHost.mapping("/\(FakeHost.pages)/1.1")
        try host.add(12, name: "next", stack: 6, maps: maps, page: FakeHost.page(inUse: 2), pageName: "1.1")
        #expect(collector.collect().inUse == [#"pid="12",process="next",unit="web.service",user="web""#: 2])
        // And one that is not on PageHeap.
        try host.add(12, stack: 7, maps: FakeHost.stranger)
        #expect(collector.collect().readings.isEmpty)
    }

    @Test func betweenWalksNothingIsLookedFor() throws {
        try host.add(12, page: FakeHost.page(inUse: 1))
        var collector = FleetCollector(
            host: host.tree, limits: FleetCollector.Limits(walkInterval: .seconds(3600)))
        _ = collector.collect()
        try host.add(13, page: FakeHost.page(inUse: 2))
        #expect(collector.collect().inUse.count == 1)
        // What is known is not looked at again, but read again.
        try FileManager.default.removeItem(atPath: host.folder.file("proc/12/maps"))
        try host.folder.write(FakeHost.page(inUse: 3), to: host.pagePath(of: 12))
        #expect(collector.collect().inUse.map(\.value) == [3])
    }

    @Test func aStrangerIsLookedAtMoreAndMoreRarely() throws {
        var process = FleetProcess(ProcessIdentity(1, try #require(ProcessStat(parsing: Self.statLine))))
        var looks = 0
        for walk in 0..<200 where process.nextLook <= walk {
            process.note(.stranger, labels: [], walk: walk)
            looks += 1
        }
        #expect((7...11).contains(looks))
        process.note(.silent, labels: [], walk: 200)
        #expect(process.nextLook == 201)
    }

    private static let statLine = Array("1 (a) S \(Array(repeating: "0", count: 49).joined(separator: " "))".utf8)

    @Test func noMoreThanTheMostAreServedAndTheOldestStay() throws {
        for process in 1...10 { try host.add(Int32(process), start: 100 - process, page: FakeHost.page(inUse: 1)) }
        var collector = host.collector(most: 3)
        let snapshot = collector.collect()
        #expect(snapshot.counts[.leftOut] == 7)
        let served = snapshot.inUse.keys.map { $0.prefix { $0 != "," } }
        #expect(Set(served) == ["pid=\"10\"", "pid=\"9\"", "pid=\"8\""])
    }

    @Test func processesForWhichThereIsNoTimeWait() throws {
        for process in 1...5 { try host.add(Int32(process), page: FakeHost.page(inUse: 1)) }
        var collector = host.collector(lookTime: .zero)
        #expect(collector.collect().counts[.waiting] == 5)
    }

    @Test func hostilePagesAreUnreadableAndHarmNothing() throws {
        try host.add(1, page: FakeHost.page(inUse: 1))
        try host.add(2, page: [])
        try host.add(3, page: Array(repeating: 0xff, count: 100_000))
        try host.add(4, page: Array(FakeHost.page(inUse: 1).dropLast()))
        // A file of a size that no memory has.
        try host.add(5, page: FakeHost.page(inUse: 5))
        #expect(truncate(host.folder.file(host.pagePath(of: 5)), 1 << 42) == 0)
        // A pipe, a link, a folder, a device.
        for process: Int32 in 6...9 { try host.add(process) }
        #expect(mkfifo(host.folder.file(host.pagePath(of: 6)), 0o666) == 0)
        #expect(symlink(host.folder.file(host.pagePath(of: 1)), host.folder.file(host.pagePath(of: 7))) == 0)
        #expect(mkdir(host.folder.file(host.pagePath(of: 8)), 0o777) == 0)
        // Always being written, of another version.
        var page = StatisticsPageTests.page()
        page.sequence = 3
        try host.add(10, page: StatisticsPageTests.bytes(of: page))
        page = StatisticsPageTests.page()
        page.version += 1
        try host.add(11, page: StatisticsPageTests.bytes(of: page))
        var collector = host.collector()
        let snapshot = collector.collect()
        #expect(Set(snapshot.inUse.values) == [1, 5])
        #expect(snapshot.counts[.otherVersion] == 1)
        // The empty one and the stump are taken for those of processes that are just starting.
        #expect(snapshot.counts[.silent] == 2)
        #expect(snapshot.counts[.unreadable] == 6)
    }

    @Test func aPageThatShrinksMeanwhileIsUnreadable() throws {
        try host.add(1, page: FakeHost.page(inUse: 1))
        var collector = host.collector()
        #expect(collector.collect().counts[.read] == 1)
        #expect(truncate(host.folder.file(host.pagePath(of: 1)), 30) == 0)
        #expect(collector.collect().counts[.unreadable] == 1)
    }

    @Test func figuresThatAreBeingWrittenAreThoseBefore() throws {
        try host.add(1, page: FakeHost.page(inUse: 1))
        var collector = host.collector()
        _ = collector.collect()
        var page = StatisticsPageTests.page()
        page.sequence = 3
        page.statistics.in_use_bytes = 9
        try host.folder.write(StatisticsPageTests.bytes(of: page), to: host.pagePath(of: 1))
        #expect(collector.collect().inUse.map(\.value) == [1])
    }

    @Test func linksInAProcesssTreeLeadNowhereOutside() throws {
        // The page's folder is a link to a folder of the host, in which there is a page of that name.
        try host.folder.write(FakeHost.page(inUse: 9), to: "1.0")
        for (process, target) in [(Int32(1), host.folder.path), (2, "../../../..")] {
            try host.add(process)
            let place = host.folder.file("proc/\(process)/root/\(FakeHost.pages)")
            try FileManager.default.removeItem(atPath: place)
            #expect(symlink(target, place) == 0)
        }
        // A link that is meant for the process's own tree is followed there.
        let maps = FakeHost.library + FakeHost.mapping("/link/1.0")
        try host.add(3, maps: maps, page: FakeHost.page(inUse: 3))
        #expect(symlink("/\(FakeHost.pages)", host.folder.file("proc/3/root/link")) == 0)
        var collector = host.collector()
        let snapshot = collector.collect()
        #expect(Array(snapshot.inUse.values) == [3])
        #expect(snapshot.counts[.unreadable] == 2)
    }

    @Test func theEnvironmentHelpsIfTheProcessHasARootOfItsOwn() throws {
        let maps = FakeHost.library + FakeHost.mapping("/outside/inside/1.0")
        try host.add(1, maps: maps, page: FakeHost.page(inUse: 4))
        try host.folder.write("A=b\0PAGEHEAP_STATISTICS_DIRECTORY=/\(FakeHost.pages)\0", to: "proc/1/environ")
        var collector = host.collector()
        #expect(collector.collect().inUse.map(\.value) == [4])
    }

    @Test func aFolderOfProcessesMayBeBroken() throws {
        try host.add(1, page: FakeHost.page(inUse: 1))
        for name in ["2", "3", "abc", "99999999999999", "-4", "0"] {
            try FileManager.default.createDirectory(
                atPath: host.folder.file("proc/\(name)"), withIntermediateDirectories: true)
        }
        try host.folder.write("garbage", to: "proc/3/stat")
        #expect(host.tree.processIdentifiers().sorted() == [1, 2, 3])
        var collector = host.collector()
        #expect(collector.collect().counts[.read] == 1)
    }
}
