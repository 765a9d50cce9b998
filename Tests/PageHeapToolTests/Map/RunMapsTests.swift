import CPageHeap
import Foundation
import PageHeapSimulation
import TestSupport
import Testing

@testable import PageHeapTool

/// The maps of a run: made small, thinned, brought to the same cells, and written.
struct RunMapsTests {
    private static let entries: [UInt16] =
        [PAGEHEAP_MAP_ABSENT, PAGEHEAP_MAP_FREE, PAGEHEAP_MAP_RELEASED, PAGEHEAP_MAP_CACHED].map { UInt16($0.rawValue) }
        + [0xff00, 3 | 200 << 8, 4 | 100 << 8, 5 | 10 << 8]

    /// Runs of random pages.
    private static func range(_ runs: Int, _ random: inout SeededGenerator) -> [UInt16] {
        (0..<runs).flatMap { _ in
            Array(repeating: entries.randomElement(using: &random) ?? 0, count: Int.random(in: 1...40, using: &random))
        }
    }

    private static func cells(_ ranges: [(address: UInt64, entries: [UInt16])], limit: Int) -> MapCells {
        var cells = MapCells(pageBytes: 8192, limit: limit)
        for range in ranges {
            cells.beginRange(at: range.address)
            // In pieces, as they are read.
            for start in stride(from: 0, to: range.entries.count, by: 97) {
                cells.add(Array(range.entries[start..<min(start + 97, range.entries.count)]))
            }
        }
        return cells
    }

    @Test(arguments: [12, 100, 1000, 100_000])
    func cellsHaveEachPageOnce(limit: Int) {
        var random = SeededGenerator(seed: UInt64(limit))
        let ranges = (0..<4).map { number in
            (address: UInt64(number) << 36 | 0x7000_0000_6000, entries: Self.range(200, &random))
        }
        let cells = Self.cells(ranges, limit: limit)
        #expect(cells.pagesPerCell.nonzeroBitCount == 1)
        #expect(cells.stretches.reduce(0) { $0 + $1.counts.count } <= limit)
        var expected: [UInt64: MapCells.Counts] = [:]
        for range in ranges {
            for (number, entry) in range.entries.enumerated() where PageState(entry) != .absent {
                let page = range.address / 8192 + UInt64(number)
                expected[page / UInt64(cells.pagesPerCell), default: .zero][Int(PageState(entry).rawValue)] += 1
            }
        }
        var found: [UInt64: MapCells.Counts] = [:]
        for stretch in cells.stretches {
            for (offset, counts) in stretch.counts.enumerated() where counts != .zero {
                found[stretch.first + UInt64(offset)] = counts
            }
        }
        #expect(found == expected)
        let whole = HeapMap(
            pageBytes: 8192, ranges: ranges.map { HeapMap.Range(address: $0.address, entries: $0.entries) })
        #expect(cells.bytes.dropFirst() == MapTotals(whole).bytes.map(\.bytes).dropFirst())
    }

    /// A hole in a range takes no memory.
    @Test func aHoleIsJoined() {
        var cells = MapCells(pageBytes: 8192, limit: 64)
        cells.beginRange(at: 8192)
        cells.add([0xff00])
        for _ in 0..<1000 { cells.add(Array(repeating: UInt16(PAGEHEAP_MAP_ABSENT.rawValue), count: 1 << 16)) }
        cells.add([0xff00])
        #expect(cells.stretches.count == 1 && cells.stretches[0].counts.count <= 64)
        #expect(cells.bytes[Int(PageState.large.rawValue)] == ByteCount(2 * 8192))
    }

    @Test func aCellHasTheStateOfMostOfItsPages() {
        func state(_ counts: [PageState: Int]) -> PageState {
            PageState.commonest(PageState.allCases.map { counts[$0] ?? 0 })
        }
        #expect(state([:]) == .absent)
        #expect(state([.absent: 9, .released: 1]) == .released)
        #expect(state([.released: 3, .free: 1]) == .released)
        #expect(state([.released: 2, .free: 2]) == .free)
        #expect(state([.full: 2, .large: 2, .free: 3]) == .free)
    }

    private func taken(_ seconds: Double, pages: Int, at address: UInt64 = 0x7000_0000_0000) throws -> TakenMap {
        let identity = try #require(ProcessIdentity(of: getpid()))
        return TakenMap(
            process: identity, name: "program", seconds: seconds,
            cells: Self.cells([(address, Array(repeating: 0xff00, count: pages))], limit: 128))
    }

    @Test(arguments: [3, 4, 7, 48])
    func aSeriesKeepsFirstLastAndFullestAndIsSpread(capacity: Int) throws {
        for peak in [0, 1, 17, 500, 998, 999] {
            var series = MapSeries(capacity: capacity)
            for number in 0..<1000 { series.append(try taken(Double(number), pages: number == peak ? 9 : 3)) }
            let seconds = series.maps.map(\.seconds)
            #expect(series.count == 1000 && seconds.count == capacity && seconds == seconds.sorted())
            #expect(seconds.first == 0 && seconds.last == 999 && seconds.contains(Double(peak)))
            let gaps = zip(seconds, seconds.dropFirst()).map { $1 - $0 }
            // An even distance would be 1000 / (capacity - 1); thinning in steps doubles some.
            #expect(capacity < 7 || (gaps.max() ?? 0) <= 4 * 1000 / Double(capacity - 1), "\(seconds)")
        }
    }

    /// How often and when maps are due if a process always holds as much and answers at once.
    private func due(until end: Double, held: (Double) -> ByteCount, service: Double = 0) -> [Double] {
        var schedule = MapSchedule()
        var times: [Double] = []
        for step in 0..<Int(end * 10) {
            let now = Double(step) / 10
            guard schedule.isDue(atSeconds: now, held: held(now)) else {
                #expect(schedule.next > now - 1e-6)
                continue
            }
            times.append(now)
            schedule.noteTaken(atSeconds: now, held: held(now), service: service)
        }
        return times
    }

    @Test func mapsAreRarerInLongRuns() {
        let short = due(until: 5) { _ in ByteCount(1 << 20) }
        #expect(short.count == 17 && zip(short, short.dropFirst()).allSatisfy { $1 - $0 < 0.35 })
        let long = due(until: 3600) { _ in ByteCount(1 << 20) }
        #expect(long.count < 64 * 7 && 3600 - (long.last ?? 0) < 3600 / 60)
    }

    @Test func growthMakesAMapDue() {
        let times = due(until: 1000) { $0 < 900 ? ByteCount(100 << 20) : $0 < 901 ? ByteCount(107 << 20) : .zero }
        #expect(times.contains(900))
        #expect(!due(until: 1000) { $0 < 900 ? ByteCount(100 << 20) : ByteCount(106 << 20) }.contains(900))
    }

    @Test func aProcessThatTakesLongIsAskedSeldom() {
        let times = due(until: 100, held: { ByteCount(UInt64($0 * 1000 + 1)) }, service: 1)
        #expect(times == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
        var schedule = MapSchedule()
        schedule.noteFailure(atSeconds: 10)
        #expect(!schedule.isDue(atSeconds: 10.4, held: .zero) && schedule.isDue(atSeconds: 10.6, held: .zero))
    }

    @Test func runsOfStatesAreReadAsTheyWereWritten() {
        var random = SeededGenerator(seed: 5)
        for length in [0, 1, 2, 100, 5000] {
            let states = (0..<length).flatMap { _ in
                Array(
                    repeating: PageState.allCases.randomElement(using: &random) ?? .absent,
                    count: Int.random(in: 1...3, using: &random))
            }
            let map = RunMap(seconds: 1, process: 0, bytes: [:], cells: RunMap.text(of: states))
            #expect(map.cells.utf8.count <= states.count)
            #expect(map.states(limit: states.count) == states)
            #expect(map.states(limit: 3) == Array(states.prefix(3)))
        }
    }

    @Test func allMapsOfAProcessHaveTheSameCells() throws {
        var series = MapSeries()
        series.append(try taken(1, pages: 3))
        series.append(try taken(2, pages: 128 * 4 - 1))
        series.append(try taken(3, pages: 5, at: 0x7100_0000_0000))
        let maps = RunMaps(series)
        #expect(maps.taken == 3 && maps.processes.count == 1 && maps.maps.map(\.seconds) == [1, 2, 3])
        let process = maps.processes[0]
        #expect(process.pagesPerCell == 4 && process.processIdentifier == getpid())
        #expect(process.ranges.map(\.address) == [0x7000_0000_0000, 0x7100_0000_0000])
        #expect(process.ranges.map(\.cells) == [128, 2])
        #expect(maps.maps.map(\.cells) == ["L 129", "L128 2", " 128L2"])
        #expect(maps.maps.map { $0.bytes["large"] } == [3, 511, 5].map { ByteCount($0 * 8192) })
        #expect(maps.fullest == 1)
        let json = try JSONEncoder().encode(maps)
        #expect(try JSONDecoder().decode(RunMaps.self, from: json) == maps)
        let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
        #expect(Set(object?.keys.map { $0 } ?? []) == ["taken", "failure", "processes", "maps"])
    }

    /// Every cell that is the heap's is drawn once, in the colour of its state.
    @Test func aPictureHasEachCellOnce() throws {
        var random = SeededGenerator(seed: 3)
        for runs in [1, 30, 200] {
            let address: UInt64 = 0x7000_0000_0000
            var series = MapSeries()
            series.append(
                TakenMap(
                    process: try #require(ProcessIdentity(of: getpid())), name: "program", seconds: 1,
                    cells: Self.cells(
                        [(address, Self.range(runs, &random)), (address << 1, Self.range(runs, &random))],
                        limit: MapCells.usualLimit)))
            let maps = RunMaps(series)
            let (process, map) = (try #require(maps.processes.first), try #require(maps.maps.first))
            let text = MapPicture(process: process, map: map).markup(label: "<&\"")
            #expect(XMLCheck().accepts(text))
            let shape = MapShape(process)
            var drawn: [[Character]] = shape.rows.map { Array(repeating: " ", count: $0) }
            for path in text.split(separator: "<path").dropFirst() {
                let state = try #require(path.firstMatch(of: /data-state="(.)"/)?.output.1.first)
                for part in path.matches(of: /M(\d+) (\d+)h(\d+)v1H\d+z/) {
                    let (x, y, count) = (Int(part.output.1), Int(part.output.2), Int(part.output.3))
                    for column in try #require(x)..<(try #require(x) + (try #require(count))) {
                        #expect(drawn[try #require(y)][column] == " ")
                        drawn[try #require(y)][column] = state
                    }
                }
            }
            #expect(Array(drawn.joined()) == map.states(limit: process.cellCount).map(\.character))
        }
    }

    @Test func theReportHasTwoPicturesWithTheirTimes() throws {
        var series = MapSeries()
        series.append(try taken(1.5, pages: 3))
        series.append(try taken(2.5, pages: 500))
        series.append(try taken(9.5, pages: 100))
        var result = RunResult.make(samples: [.make(0, 10, inUse: 5), .make(9.9, 20, inUse: 5)])
        #expect(!HTMLReport(result: result).page().contains("class=\"card maps\""))
        result.heapMaps = RunMaps(series)
        let page = HTMLReport(result: result).page()
        #expect(page.components(separatedBy: "<figure").count == 3)
        for text in [
            "<strong>2.50 s</strong> <span class=\"map-of\">program \(getpid())</span>",
            "map 2 of 3, the heap at its largest<", "<strong>9.50 s</strong>", "map 3 of 3<",
            "a cell is 32.0 KiB, 4 pages", "data-bytes=\"large\">3.91 MiB",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }
}
