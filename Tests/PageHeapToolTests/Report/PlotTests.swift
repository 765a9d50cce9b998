import Foundation
import Testing

@testable import PageHeapTool

struct PlotTests {
    @Test func stepsAddUpToTheTotal() {
        let seconds = (0..<1000).map { 0.004 + Double($0) * 0.013 }
        let totals = seconds.map { ($0 * 0.7).rounded() }
        for shown in [0.1, 3, 13] {
            let steps = PlotRates(seconds: seconds, totals: totals, shown: shown).steps
            let sum = steps.reduce(0) { $0 + $1.rate * ($1.to - $1.from) }
            #expect(abs(sum - (totals.last ?? 0)) < 1e-9)
            #expect(steps.first?.from == 0)
            #expect(steps.last?.to == seconds.last)
            #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.to == $1.from })
            #expect(steps.allSatisfy { $0.to - $0.from >= max(PlotRates.shortest, shown / PlotRates.count) })
        }
    }

    @Test func fewSamplesMakeOneStepOrNone() {
        #expect(PlotRates(seconds: [], totals: [], shown: 1).steps.isEmpty)
        let one = PlotRates(seconds: [0.01], totals: [0.005], shown: 1).steps
        #expect(one == [PlotRates.Step(from: 0, to: 0.01, rate: 0.5)])
    }

    @Test(arguments: [0.0, 0.3, 1, 7, 99, 100, 101, 250, 12_345, 9e14, 1e300])
    func axesCoverTheLargestValueWithFewMarks(largest: Double) {
        for unit in [PlotAxis.Unit.bytes, .percent, .perSecond] {
            let axis = PlotAxis(covering: largest, unit: unit)
            #expect(axis.top >= min(largest, 1e15) * (1 - 1e-9))
            #expect((2...9).contains(axis.marks.count))
            #expect(Set(axis.marks.map(\.label)).count == axis.marks.count)
        }
    }

    @Test func marksReadWell() {
        #expect(
            PlotAxis(covering: 180, unit: .percent).marks.map(\.label) == ["0 %", "50 %", "100 %", "150 %", "200 %"])
        #expect(PlotAxis(covering: 4100, unit: .perSecond).marks.map(\.label).last == "5,000")
    }

    @Test func gapsDivideACurve() {
        func curve(_ values: [Double?]) -> PlotCurve {
            PlotCurve(
                label: "", colour: "", shape: .line, seconds: values.indices.map { Double($0) }, values: values)
        }
        #expect(curve([nil, 1, 2, nil, nil, 3]).stretches == [1..<3, 5..<6])
        #expect(curve([nil]).stretches.isEmpty)
        #expect(curve([1, 5, nil, 4]).peak?.seconds == 1)
    }

    @Test func longRunsKeepTheirExtremes() throws {
        var samples = (0..<20_000).map { MemorySample.make(Double($0) * 0.1, UInt64(50 + $0 * 7919 % 20), inUse: 30) }
        samples[7777] = .make(777.7, 900, inUse: 1)
        samples[8888] = .make(888.8, 60, inUse: 59)
        let plots = RunPlots(.make(samples: samples, wallSeconds: 2000)).all
        let memory = try #require(plots.first)
        #expect(memory.curves[0].seconds.count < 1600)
        #expect(memory.curves[0].peak?.value == ByteCount(900 << 20).asDouble)
        #expect(memory.curves[1].peak?.seconds == 888.8)
        #expect(memory.curves[0].seconds.first == 0)
        #expect(memory.curves[0].seconds.last == samples.last?.seconds)
        #expect(try #require(plots.first { $0.name == "processes" }).curves[0].seconds.count <= RunPlots.processTimes)
    }

    @Test func eachChartIsThereIfThereIsSomethingToShow() {
        func names(_ result: RunResult) -> [String] { RunPlots(result).all.map(\.name) }
        let samples = [MemorySample.make(0.5, 10), .make(1, 20)]
        #expect(names(.make(samples: samples)) == ["memory", "processes", "cpu", "faults"])
        #expect(names(.make(samples: [])) == ["memory"])
        // As an earlier version saved it.
        var old = RunResult.make(
            samples: samples.map {
                MemorySample(
                    seconds: $0.seconds, residentBytes: $0.residentBytes, inUseBytes: .zero, retainedBytes: .zero,
                    goalBytes: nil)
            })
        old.processHistory = ProcessCurves()
        #expect(names(old) == ["memory"])
    }

    @Test func processesBeyondTheLimitAreSummed() throws {
        let samples = [MemorySample.make(0.5, 10), .make(1, 20)]
        var result = RunResult.make(samples: samples)
        result.processHistory.processes = (0..<20).map { index in
            var process = ProcessCurves.make(samples).processes[0]
            process.processIdentifier = Int32(index)
            process.residentBytes = [ByteCount(UInt64(index + 1)), nil]
            return process
        }
        let plot = try #require(RunPlots(result).all.first { $0.name == "processes" })
        #expect(plot.curves.count == RunPlots.processLimit + 1)
        #expect(plot.curves.last?.label == "12 others")
        #expect(plot.curves.last?.values == [Double((9...20).reduce(0, +)), nil])
    }
}
