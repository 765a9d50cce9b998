import Testing

@testable import PageHeapTool

struct ChartTests {
    @Test(arguments: [0.0, 1, 1000, 4096, 5e6, 3.1e8, 3.2e8, 2.2e9, 9e12, 1.8e19])
    func byteAxesCoverTheLargestValueWithFewMarks(largest: Double) {
        let axis = ByteAxis(covering: largest)
        #expect(axis.top.asDouble >= min(largest, 0x1p62))
        #expect((2...9).contains(axis.marks.count))
        #expect(axis.marks.first == .zero)
        #expect(axis.marks.last == axis.top)
    }

    @Test func byteMarksReadWell() {
        #expect(
            ByteAxis(covering: 312 * 1_048_576).marks.map(\.axisLabel)
                == ["0", "64 MiB", "128 MiB", "192 MiB", "256 MiB", "320 MiB"])
        #expect(ByteAxis(covering: 1.2e9).marks.last?.axisLabel == "1.25 GiB")
    }

    @Test(arguments: [0.0, 0.004, 0.7, 4.2, 59, 61, 600, 7000, 100_000, 5e6])
    func timeAxesHaveFewMarks(end: Double) {
        #expect((1...9).contains(TimeAxis(end: end).marks.count))
    }

    @Test func timeMarksReadWell() {
        func labels(_ end: Double) -> [String] {
            let axis = TimeAxis(end: end)
            return axis.marks.map(axis.label)
        }
        #expect(labels(0.004) == ["0 ms", "1 ms", "2 ms", "3 ms", "4 ms"])
        #expect(labels(4.2) == ["0 s", "1 s", "2 s", "3 s", "4 s"])
        #expect(labels(2.1) == ["0 s", "0.5 s", "1 s", "1.5 s", "2 s"])
        #expect(labels(400) == ["0 min", "1 min", "2 min", "3 min", "4 min", "5 min", "6 min"])
        #expect(labels(14_500).last == "4 h")
    }

    @Test func positionsStayOnTheAxis() {
        let axis = ByteAxis(covering: 100)
        #expect(axis.position(of: 0) == 0)
        #expect(axis.position(of: axis.top.asDouble) == 1)
        #expect(axis.position(of: 1e18) == 1)
    }

    @Test func downsamplingKeepsExtremesAndEnds() {
        var points = (0..<50_000).map { ChartPoint(seconds: Double($0), bytes: 100) }
        points[777] = ChartPoint(seconds: 777, bytes: 900)
        points[40_000] = ChartPoint(seconds: 40_000, bytes: 1)
        let thinned = Downsampling.extremes(of: points, limit: 1000)
        #expect(thinned.count <= 1000)
        #expect(thinned.contains(points[777]))
        #expect(thinned.contains(points[40_000]))
        #expect(thinned.first == points.first)
        #expect(thinned.last == points.last)
        #expect(thinned.map(\.seconds) == thinned.map(\.seconds).sorted())
        for limit in 2...8 { #expect(Downsampling.extremes(of: points, limit: limit).count <= limit) }
    }

    @Test func rowsKeepThePeak() {
        let samples = (0..<5000).map { MemorySample.make(Double($0), $0 == 1234 ? 900 : 10) }
        let rows = Downsampling.rows(of: samples, limit: 120)
        #expect(rows.count == 120)
        #expect(rows.contains(samples[1234]))
    }

    @Test func aMissingGoalBreaksItsCurve() throws {
        let result = RunResult.make(samples: [
            .make(0, 10, inUse: 5, goal: 6), .make(1, 10, inUse: 5), .make(2, 10, inUse: 5, goal: 7),
        ])
        let goal = try #require(MemoryChart(result).curves.first { $0.kind == .goal })
        #expect(goal.stretches.count == 2)
    }

    @Test func onlyResidentMemoryIsDrawnIfNothingWasPublished() {
        let result = RunResult.make(samples: [.make(0, 10), .make(1, 20)], published: false)
        #expect(MemoryChart(result).curves.map(\.kind) == [.resident])
    }

    @Test func aGoalFarAboveDoesNotFlattenTheRest() {
        let result = RunResult.make(samples: [.make(0, 10, inUse: 5, goal: 5000), .make(1, 10, inUse: 5, goal: 5000)])
        #expect(MemoryChart(result).bytes.top <= ByteCount(16 << 20))
    }
}
