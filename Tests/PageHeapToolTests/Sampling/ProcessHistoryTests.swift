import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

struct ProcessHistoryTests {
    /// A process as a sample sees it: with some mebibytes, and CPU seconds of its own.
    private func member(
        _ process: Int32, _ resident: UInt64, program: UInt64 = 0, cpu: Double = 0, zombie: Bool = false,
        inUse: UInt64? = nil
    ) -> ProcessHistory.Member {
        var numbers = [UInt64](repeating: 0, count: 49)
        numbers[22 - 4] = 7
        numbers[28 - 4] = zombie ? 0 : program
        let rest = numbers.map { "\($0)" }.joined(separator: " ")
        let line = "\(process) (p\(program)) \(zombie ? "Z" : "S") \(rest)\n"
        guard let stat = ProcessStat(parsing: Array(line.utf8)) else { fatalError("the line cannot be parsed") }
        let reading = ProcessReading(
            identity: ProcessIdentity(process, stat), name: "p\(program)", isZombie: zombie,
            own: ProcessUse(cpuSeconds: cpu), ofChildren: ProcessUse())
        return ProcessHistory.Member(
            reading: reading, resident: ByteCount(resident << 20), inUse: inUse.map { ByteCount($0 << 20) })
    }

    @Test func curvesAddUpToTheSamplesHoweverManyProcessesThereAre() throws {
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("curvesAddUpToTheSamplesHoweverManyProcessesThereAre: seed \(seed)")
        var state = seed
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var history = ProcessHistory(capacity: 16, limit: 4)
        var series = SampleSeries(capacity: 64)
        var peaks: [Int32: UInt64] = [:]
        for step in 0..<700 {
            // Some always live, others for some samples only.
            let living = (0..<3).map { Int32($0) } + (0..<random(8)).map { _ in Int32(10 + random(200)) }
            let members = Set(living).sorted().map { ($0, 1 + random(50)) }
            for (process, size) in members { peaks[process] = max(peaks[process] ?? 0, size) }
            history.note(members.map { member($0.0, $0.1) }, atSeconds: Double(step))
            series.append(.make(Double(step), members.reduce(0) { $0 + $1.1 }))
        }
        let curves = history.curves(total: ProcessUse())
        #expect(curves.seconds.count <= 16)
        #expect(curves.processes.count == 5)
        for (index, seconds) in curves.seconds.enumerated() {
            let sample = try #require(series.samples.first { $0.seconds == seconds }, "seed \(seed)")
            let sum = curves.processes.compactMap { $0.residentBytes[index] }.reduce(.zero, +)
            #expect(sum == sample.residentBytes, "seed \(seed), at \(seconds)")
        }
        #expect(
            curves.processes.dropLast().map(\.peakResidentBytes).sorted(by: >).first
                == ByteCount((peaks.values.max() ?? 0) << 20))
        #expect(curves.processes.last?.processIdentifier == nil)
    }

    @Test func theLargestKeepTheirCurves() {
        var history = ProcessHistory(capacity: 8, limit: 2)
        history.note([member(1, 5), member(2, 9), member(3, 1)], atSeconds: 1)
        // The third one grows past the first one, whose curve goes to the rest.
        history.note([member(1, 5), member(2, 9), member(3, 7)], atSeconds: 2)
        let curves = history.curves(total: ProcessUse())
        #expect(curves.processes.map(\.processIdentifier) == [2, 3, nil])
        #expect(curves.processes[1].residentBytes == [nil, ByteCount(7 << 20)])
        #expect(curves.processes[2].residentBytes == [ByteCount(6 << 20), ByteCount(5 << 20)])
        #expect(curves.processes[2].programs == 1)
    }

    @Test func anExecutedProgramBeginsACurveOfItsOwn() {
        var history = ProcessHistory()
        history.note([member(1, 5, program: 1, cpu: 2)], atSeconds: 1)
        history.note([member(1, 8, program: 2, cpu: 3)], atSeconds: 2)
        history.note([member(1, 8, program: 2, cpu: 7)], atSeconds: 3)
        let processes = history.curves(total: ProcessUse(cpuSeconds: 7)).processes
        #expect(processes.map(\.label) == ["p2 1", "p1 1"])
        #expect(processes.map(\.cpuSeconds) == [5, 2])
        #expect(processes.map(\.firstSeconds) == [2, 1])
    }

    @Test func whatAZombieUsedLastCounts() {
        var history = ProcessHistory()
        history.note([member(1, 5, program: 1, cpu: 2)], atSeconds: 1)
        history.note([member(1, 0, cpu: 4, zombie: true), member(2, 3)], atSeconds: 2)
        history.note([member(2, 3)], atSeconds: 3)
        let first = history.curves(total: ProcessUse()).processes.first
        #expect(first?.cpuSeconds == 4)
        #expect(first?.lastSeconds == 1)
    }

    @Test func theRestHasUsedWhatTheOthersHaveNot() {
        var history = ProcessHistory(capacity: 8, limit: 1)
        history.note([member(1, 9, cpu: 2), member(2, 1, cpu: 1)], atSeconds: 1)
        #expect(history.curves(total: ProcessUse(cpuSeconds: 10)).processes.map(\.cpuSeconds) == [2, 8])
    }

    @Test func inUseIsAtMostWhatIsResident() {
        var history = ProcessHistory()
        history.note([member(1, 5, inUse: 3)], atSeconds: 1)
        history.note([member(1, 4, inUse: 9)], atSeconds: 2)
        let curve = history.curves(total: ProcessUse()).processes.first
        #expect(curve?.inUseBytes == [ByteCount(3 << 20), ByteCount(4 << 20)])
        #expect(curve?.peakInUseBytes == ByteCount(4 << 20))
    }

    @Test func memoryIsBoundedForThousandsOfProcesses() {
        var history = ProcessHistory(capacity: 32, limit: 8)
        for step in 0..<200 {
            history.note(
                (0..<50).map { member(Int32(step * 50 + $0), UInt64(1 + $0)) }, atSeconds: Double(step))
        }
        let curves = history.curves(total: ProcessUse())
        #expect(history.programCount == 10_000)
        #expect(curves.processes.count == 9)
        #expect(curves.processes.last?.programs == 9992)
        #expect(curves.processes.reduce(0) { $0 + $1.residentBytes.count } <= 9 * 32)
    }
}
