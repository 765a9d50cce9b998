import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares the estimate of demand exactly with a decay of one second, in virtual time.
struct DemandGoalTests {
    /// The tenths of a second at which the cycles end.
    private static let phases = [0, 4, 9]
    private static let waves = [
        DemandWave(shape: .square, seconds: 10), DemandWave(shape: .sine, seconds: 10),
        DemandWave(shape: .sawTooth, seconds: 10), DemandWave(shape: .square, seconds: 60),
        DemandWave(shape: .sine, seconds: 60), DemandWave(shape: .sawTooth, seconds: 60),
    ]
    /// Waves whose period is no whole number of cycles.
    private static let oddWaves = [
        DemandWave(shape: .sine, seconds: 10.3), DemandWave(shape: .square, seconds: 10.3),
        DemandWave(shape: .sawTooth, seconds: 10.3),
        DemandWave(shape: .square, seconds: 17.7), DemandWave(shape: .sine, seconds: 59.6),
    ]

    /// From the third period on, at most a tenth of what the decay releases is released and used again within ten
    /// seconds.
    @Test(arguments: waves + oddWaves)
    func regretOfPeriodicLoadIsAtMostATenthOfTheDecays(_ wave: DemandWave) {
        for phase in Self.phases {
            var model = DemandModel(phase: phase)
            while model.step < wave.start(ofPeriod: 2) { model.use(wave[model.step]) }
            let before = model
            let periods = 4
            while model.step < wave.start(ofPeriod: 2 + periods) { model.use(wave[model.step]) }
            let regretted = model.estimated.regretted - before.estimated.regretted
            let decayed = model.decayed.released - before.decayed.released
            #expect(
                decayed >= periods * (DemandModel.peak - DemandModel.low) * 9 / 10, "the decay would release it all")
            #expect(regretted <= decayed / 10, "cycles end at \(phase)")
            // In longer periods, at most a fiftieth of the peak per period.
            if wave.seconds > 15 { #expect(regretted <= periods * DemandModel.peak / 50, "cycles end at \(phase)") }
        }
    }

    /// From the first rise that does not come, memory falls in the decay's second and two more, or four more if the
    /// period is no whole number of cycles.
    @Test(arguments: waves + oddWaves)
    func memoryFallsSoonAfterPeriodicLoadEnds(_ wave: DemandWave) {
        // If the period is no whole number of cycles, the neighbour of a cycle may be two away.
        let more = wave.seconds == wave.seconds.rounded() ? 2 : 4
        for phase in Self.phases {
            for part in 0..<10 {
                let end = (wave.start(ofPeriod: 3) * (10 - part) + wave.start(ofPeriod: 4) * part) / 10
                var model = DemandModel(phase: phase)
                while model.step < end { model.use(wave[model.step]) }
                let resident = model.estimated.resident
                let limit = wave.missed(from: end) + (1 + more) * DemandModel.stepsPerSecond
                while model.estimated.resident > DemandModel.peak * 12 / 100 {
                    model.use(DemandModel.low)
                    #expect(model.estimated.resident <= resident)
                    if model.step > end + 2000 { break }
                }
                #expect(model.step <= limit, "cycles end at \(phase), the load at \(part) tenths")
            }
        }
    }

    @Test func memoryIsReleasedOneToTwoSecondsAfterADrop() {
        for phase in 0..<10 {
            for steps in [1, 5, 100, 405] {
                var model = DemandModel(phase: phase)
                for _ in 0..<100 { model.use(DemandModel.low) }
                for _ in 0..<steps { model.use(DemandModel.peak) }
                let end = model.step
                while model.estimated.resident == DemandModel.peak { model.use(0) }
                #expect((11...20).contains(model.step - end), "after \(steps) steps")
                for _ in 0..<10 { model.use(0) }
                #expect(model.estimated.resident == 0, "all of it, though some was in use before the burst")
                for _ in 0..<1500 { model.use(0) }
                #expect(model.estimated.resident == 0)
            }
        }
    }

    @Test func nothingOfASlowLeakIsReleased() {
        var model = DemandModel(phase: 3)
        for step in 0..<3000 { model.use(step * DemandModel.peak / 3000) }
        #expect(model.estimated.released == 0)
        #expect(model.estimated.resident == DemandModel.peak * 2999 / 3000)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func regretOfIrregularLoadIsAtMostAFifthOfTheDecays(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = DemandModel(phase: 5)
        while model.step < 10_000 {
            for units in [DemandModel.peak, DemandModel.low] {
                for _ in 0..<Int.random(in: 40...60, using: &generator) { model.use(units) }
            }
        }
        #expect(model.decayed.regretted > 20_000)
        #expect(model.estimated.regretted <= model.decayed.regretted / 5, "seed \(seed)")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func regretOfRandomLoadIsAtMostATenthAboveTheDecays(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = DemandModel(phase: 5)
        while model.step < 10_000 {
            let units = Int.random(in: 0...DemandModel.peak, using: &generator)
            for _ in 0..<Int.random(in: 1...120, using: &generator) { model.use(units) }
        }
        #expect(model.decayed.regretted > 1000)
        #expect(model.estimated.regretted <= model.decayed.regretted * 11 / 10, "seed \(seed)")
    }
}
