import Testing

@testable import PageHeapTool

/// The last drop, from which on the memory that an allocator keeps counts, on curves made by hand.
struct LastDropTests {
    @Test func aSteepFallBeginsAtTheLastSampleBeforeIt() {
        #expect(drop([(0, 10), (1, 100), (2, 100), (2.1, 20), (6, 20)], 6) == (2, true))
    }

    @Test func aStaircaseIsOneFall() {
        let stairs: [(Double, Double)] = (0..<20).map { step in
            let steps = Double(step)
            return (2 + steps * 0.5, 100 - steps * 4)
        }
        // After 2.0 s it is at 100, after 3.0 s at 92, after 3.5 s at 88: a tenth is gone.
        let curve = [(0, 10), (1, 100)] + stairs + [(20, 24)]
        #expect(drop(curve, 20) == (3, true))
    }

    @Test func aFallAfterAPauseIsAnotherFall() {
        let phases: [(Double, Double)] = [
            (0, 100), (1, 100), (1.1, 50), (2, 50), (3, 50), (4, 50), (9, 50), (9.1, 5), (12, 5),
        ]
        #expect(drop(phases, 12) == (9, true))
    }

    @Test func aFallAfterAnotherRiseIsAnotherFall() {
        let waves: [(Double, Double)] = [
            (0, 100), (0.2, 20), (0.4, 100), (0.6, 20), (0.8, 90), (0.9, 90), (1, 30), (5, 30),
        ]
        #expect(drop(waves, 5) == (0.9, true))
    }

    @Test func smallFallsDoNotCount() {
        #expect(drop([(0, 10), (1, 100), (2, 91), (3, 100), (4, 92), (9, 95)], 9) == (1, false))
    }

    @Test func memoryFreedAtTheExitDoesNotCount() {
        let curve: [(Double, Double)] = [(0, 100), (2, 100), (2.1, 40), (9.5, 40), (9.6, 5)]
        #expect(drop(curve, 10) == (2, true))
        #expect(drop([(0, 5), (3, 100), (9.5, 100), (9.6, 5)], 10) == (3, false))
    }

    @Test func thePeakIsUsedIfNothingFell() {
        #expect(drop([(0, 10), (4, 99.5), (5, 100), (9, 100)], 10) == (4, false))
    }

    @Test func aPeakAtTheEndHasNoDrop() {
        #expect(drop([(0, 10), (5, 50), (9.9, 100)], 10) == nil)
        #expect(drop([], 10) == nil)
        #expect(drop([(0, 0), (5, 0)], 10) == nil)
    }

    @Test func randomCurvesGiveATimeOfTheCurveOrNil() {
        var state: UInt64 = 42
        var drops = 0
        for _ in 0..<500 {
            let curve = (0..<40).map { index in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (Double(index) * 0.3, Double(state >> 57))
            }
            guard let found = drop(curve, 12) else { continue }
            #expect(curve.contains { $0.0 == found.0 })
            #expect(found.0 <= 11)
            drops += 1
        }
        #expect(drops > 250, "most of these curves fall somewhere")
    }

    @Test func memoryIsInterpolatedBetweenPoints() {
        let curve = ResidentCurve.make([(1, 100), (3, 50), (3, 40), (5, 20)], end: 8)
        func value(_ seconds: Double) -> Double? { curve.value(atSeconds: seconds).map { $0 / 1_048_576 } }
        #expect(value(0) == 100)
        #expect(value(2) == 75)
        #expect(value(4) == 30)
        #expect(value(8) == 20)
        #expect(value(8.1) == nil)
        #expect(ResidentCurve.make([], end: 8).value(atSeconds: 1) == nil)
    }

    @Test func figuresAfterTheDropEndWithTheProgram() throws {
        var integral = ResidentIntegral()
        integral.add(seconds: 0, bytes: ByteCount(100 << 20))
        let samples: [MemorySample] = [.make(0, 100), .make(2, 100), .make(3, 60), .make(4, 20), .make(8, 10)]
        let outcome = RunOutcome(
            ending: .exited(code: 0), wallSeconds: 8, use: ResourceUse(), residentFloor: .zero, samples: samples,
            samplesTaken: samples.count, samplesMerged: 1, integral: integral, heap: HeapFigures(),
            heapPeak: HeapPeak(),
            mostScavengerNanoseconds: 0, hasHeapFigures: false, publishingProcesses: 0, census: nil,
            mostProcesses: 1, processesLeft: 0, unreadableVersion: nil)
        let run = CompareRun(outcome, round: 2)
        #expect(run.lastDrop?.seconds == 2)
        #expect(run.residentAfter1SecondBytes == ByteCount(60 << 20))
        #expect(run.residentAfter5SecondsBytes == ByteCount(rounding: 12.5 * 1_048_576))
        #expect(run.residentAfter10SecondsBytes == nil)
        #expect(run.round == 2)
    }

    private func drop(_ curve: [(Double, Double)], _ end: Double) -> (Double, Bool)? {
        LastDrop(of: ResidentCurve.make(curve, end: end).points, endingAt: end).map { ($0.seconds, $0.isFall) }
    }
}

private func == (left: (Double, Bool)?, right: (Double, Bool)?) -> Bool {
    left?.0 == right?.0 && left?.1 == right?.1
}
