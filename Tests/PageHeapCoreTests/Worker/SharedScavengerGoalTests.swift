import PageHeapCore
import PageHeapSimulation
import Synchronization
import Testing

/// What wakes the worker of several heaps, and to which goal it then drives each of them, in virtual time.
struct SharedScavengerGoalTests {
    private static let oneMebibyte = ByteCount(1 << 20)

    private func heaps(_ count: Int) throws -> SharedTestHeaps {
        let heaps = SharedTestHeaps(.withRealCosts())
        for _ in 0..<count { try heaps.addFree(40) }
        return heaps
    }

    @Test(arguments: [0, 1, 2])
    func aFreeInAnyHeapWakesAParkedWorker(place: Int) throws {
        let heaps = try heaps(3)
        let member = heaps.members[place]
        try heaps.use(member, 20)
        let watch = heaps.watch()
        watch.parksAllowed = 3
        watch.onPark = { park in
            guard park == 2 else { return }
            let signal = heaps.signal
            let small = (1...4).compactMap { _ in member.heap.allocatePages(1, alignment: 1, shard: 0) }
            for page in small { member.heap.freePages(page.address, 1) }
            #expect(heaps.signal == signal)
            heaps.free(member, 1)
            #expect(heaps.signal == signal + 1)
            heaps.free(member, 19)
        }
        watch.runUntilParked()
        #expect(watch.waits.filter { $0 == -1 }.count == 3)
        #expect(heaps.members.allSatisfy { $0.retained < Self.oneMebibyte * 2 })
    }

    @Test func aFreeWhileTheWorkerIsBusyIsServedAtOnce() throws {
        let heaps = try heaps(1)
        try heaps.addFree(3000)
        let member = heaps.members[0]
        let watch = heaps.watch()
        watch.endNanoseconds = 60_000_000_000
        var state = 0
        watch.onSleep = { _ in
            if state == 0 && member.isParked {
                state = 1
                #expect(throws: Never.self) { try heaps.use(member, 30) }
                heaps.free(member, 30)
            } else if state == 1 && member.retained < Self.oneMebibyte * 2 {
                state = 2
                #expect(heaps.members[1].retained > Self.oneMebibyte * 500)
            }
        }
        watch.runUntilParked()
        #expect(state == 2)
    }

    /// Another heap beside it ends its own cycles.
    @Test func aHeapWithItsOwnersCyclesStopsAtItsGoal() throws {
        let heaps = try heaps(1)
        var configuration = HeapConfiguration.original
        configuration.cycles = .runtime
        let member = try heaps.add(configuration)
        try heaps.use(member, 160)
        heaps.free(member, 80)
        let watch = heaps.watch()
        watch.parksAllowed = 2
        watch.onPark = { _ in
            member.heap.endCycle(heapGoal: 100)
            member.heap.endCycle(heapGoal: 150)
            heaps.lookAfter(member)
        }
        watch.runUntilParked()
        let goal = member.heap.figures().goal
        #expect(goal != .maximum)
        #expect(member.retained <= goal && member.retained + Self.oneMebibyte > goal)
        #expect(watch.waits.last == -1)
    }

    @Test func memoryLimitsAreMetAndTheWorkerParks() throws {
        var configuration = HeapConfiguration.original
        configuration.retainExtraPercent = 100
        let heaps = SharedTestHeaps(.withRealCosts())
        for _ in 0..<2 {
            let member = try heaps.addFree(10, configuration)
            try heaps.use(member, 100)
            heaps.free(member, 40)
        }
        let watch = heaps.watch()
        watch.parksAllowed = 2
        watch.onPark = { _ in
            heaps.members[0].heap.setMemoryLimit(Self.oneMebibyte * 80)
            heaps.members[1].heap.setMemoryLimit(Self.oneMebibyte)
        }
        watch.runUntilParked()
        let figures = heaps.members.map { $0.heap.figures() }
        #expect(figures[0].ledger.retained + figures[0].metadata <= figures[0].limitGoal)
        #expect(figures[0].ledger.retained + Self.oneMebibyte * 6 > figures[0].limitGoal)
        #expect(figures[1].ledger.freeRetained == 0)
        #expect(watch.waits.last == -1)
    }

    @Test(arguments: [false, true])
    func clocksThatStandStillOrAreSetBackHoldNothingUp(isSetBack: Bool) throws {
        let heaps = try heaps(3)
        heaps.system.setMonotonic(nanoseconds: 3_600_000_000_000)
        let watch = heaps.watch()
        watch.onSleep = { count in heaps.system.setMonotonic(nanoseconds: isSetBack ? Int64(1_000_000 / count) : 7) }
        watch.runUntilParked()
        #expect(heaps.members.allSatisfy { $0.retained < Self.oneMebibyte * 2 })
        #expect(watch.waits.count < 400)
    }

    @Test func aWorkerSuspendedForAnHourContinues() throws {
        let heaps = try heaps(3)
        let watch = heaps.watch()
        watch.onSleep = { count in if count == 3 { heaps.system.work(nanoseconds: 3_600_000_000_000) } }
        watch.runUntilParked()
        #expect(heaps.members.allSatisfy { $0.retained < Self.oneMebibyte * 2 })
    }

    /// Heaps come and go, allocate and free at random, whenever the worker waits.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func everythingIsReleasedAfterRandomActivity(number: UInt64) throws {
        let seed = TestRun.seed &+ number
        var generator = SeededGenerator(seed: seed)
        let heaps = SharedTestHeaps(.withRealCosts())
        let watch = heaps.watch()
        var step = 0
        func act() throws {
            step += 1
            switch Int.random(in: 0..<10, using: &generator) {
            case 0 where heaps.members.count < 12: try heaps.addFree(Int.random(in: 1..<40, using: &generator))
            case 1:
                if let member = heaps.members.randomElement(using: &generator) { heaps.remove(member) }
            case 2...5:
                guard let member = heaps.members.randomElement(using: &generator) else { return }
                try heaps.use(member, Int.random(in: 1..<20, using: &generator))
                heaps.lookAfter(member)
            default:
                guard let member = heaps.members.randomElement(using: &generator) else { return }
                heaps.free(member, Int.random(in: 0...member.runs.count, using: &generator))
            }
        }
        func turn() {
            if step < 1500 {
                #expect(throws: Never.self, "PAGEHEAP_SEED=\(seed), step \(step)") { try act() }
            } else if step == 1500 {
                step += 1
                watch.parksAllowed = 0
                for member in heaps.members { heaps.free(member, member.runs.count) }
            }
        }
        watch.parksAllowed = .max
        watch.onSleep = { _ in turn() }
        watch.onPark = { _ in turn() }
        watch.runUntilParked()
        for member in heaps.members {
            member.heap.checkInvariants()
            // A heap of less than 8 MiB is not looked after.
            let isLookedAfter = member.heap.requests.pointee.isServed
            #expect(!isLookedAfter || member.retained < Self.oneMebibyte * 2, "PAGEHEAP_SEED=\(seed)")
        }
        #expect(heaps.system.violations.isEmpty)
    }
}
