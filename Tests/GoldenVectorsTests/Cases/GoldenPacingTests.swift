import PageHeapCore
import Testing

/// Compares the controller, the background scavenger's rounds of work and sleep, and the goal with the recorded cases,
/// doubles bit by bit.
struct GoldenPacingTests {
    @Test(.golden("pi_controller"))
    func theControllerMatchesTheRecordedCases() throws {
        try checkGolden("pi_controller") { line, report in
            let figures = try line.member("bits").elements(atLeast: 5).map { try $0.double }
            var controller = PIController(
                proportionalGain: figures[0], integralTime: figures[1], resetTime: figures[2],
                minimum: figures[3], maximum: figures[4])
            for step in try line.member("steps").elements {
                let fields = try step.elements(atLeast: 8)
                let got = controller.next(
                    input: try fields[0].double, setpoint: try fields[1].double, period: try fields[2].double)
                try report.check(
                    fields[3].field, try fields[3].word.digits, (got ?? controller.minimum).bitPattern.digits)
                try report.check(fields[4].field, try fields[4].bool, got != nil)
                try report.check(
                    fields[5].field, try fields[5].word.digits, controller.errorIntegral.bitPattern.digits)
                try report.check(fields[6].field, try fields[6].bool, controller.errorOverflowed)
                try report.check(fields[7].field, try fields[7].bool, controller.inputOverflowed)
            }
        }
    }

    @Test(.golden("scavenger_pacing"))
    func thePaceMatchesTheRecordedCases() throws {
        try checkGolden("scavenger_pacing") { line, report in
            var worker = GoldenWorker(
                events: try line.member("events").elements,
                physicalPage: ByteCount(try line.member("physPage").powerOfTwo(in: 4096...524_288)))
            try worker.run(&report)
        }
    }

    @Test(.golden("rss_goal.go115"))
    func theGoalMatchesGo115() throws {
        try checkGolden("rss_goal.go115") { line, report in try Self.checkGoal(line, &report) }
    }

    /// Go 1.27 also has the goal of a memory limit, which Go 1.15 does not have.
    @Test(.golden("rss_goal.go127"))
    func theGoalsWithAMemoryLimitMatchGo127() throws {
        var (met, unmet) = (0, 0)
        try checkGolden("rss_goal.go127") { line, report in
            try Self.checkGoal(line, &report)
            let got = RetentionGoal.forLimit(
                ByteCount(try line.member("memoryLimit").unsigned),
                mapped: ByteCount(try line.member("mappedReady").unsigned))
            let expected = try line.member("limitGoal")
            try report.check("limitGoal", expected.isNull ? nil : try expected.unsigned, got?.rawValue)
            if expected.isNull { met += 1 } else { unmet += 1 }
        }
        // If every case met its limit, as those of Go 1.19 do, the comparison would prove nothing.
        #expect(met > 0 && unmet > 0)
    }

    private static func checkGoal(_ line: VectorValue, _ report: inout VectorReport) throws {
        let physicalPage = ByteCount(try line.member("physPage").powerOfTwo(in: 4096...524_288))
        let goal = RetentionGoal.forCycle(
            inUse: ByteCount(try line.member("lastHeapInUse").unsigned),
            heapGoal: ByteCount(try line.member("heapGoal").unsigned),
            lastHeapGoal: ByteCount(try line.member("lastHeapGoal").unsigned), extraPercent: 10,
            physicalPage: physicalPage)
        let retained = ByteCount(try line.member("heapRetained").unsigned)
        let effective = RetentionGoal.effective(goal, retained: retained, physicalPage: physicalPage)
        let (raw, expected) = (try line.member("rawGoal"), try line.member("goal"))
        try report.check("rawGoal", raw.isNull ? nil : try raw.unsigned, goal?.rawValue)
        try report.check("goal", expected.isNull ? nil : try expected.unsigned, effective?.rawValue)
    }
}
