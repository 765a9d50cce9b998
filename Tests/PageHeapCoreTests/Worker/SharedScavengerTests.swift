import PageHeapCore
import PageHeapSimulation
import Testing

/// One worker for several heaps, in virtual time.
struct SharedScavengerTests {
    private static let oneMebibyte = ByteCount(1 << 20)

    @Test func theWorkerParksOnceAllHeapsHaveReleasedEverything() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        for mebibytes in [64, 200, 16] { try heaps.addFree(mebibytes) }
        let watch = heaps.watch()
        watch.parksAllowed = 3
        watch.runUntilParked()
        for member in heaps.members {
            #expect(member.retained < Self.oneMebibyte * 2)
            #expect(member.isParked)
            member.heap.checkInvariants()
        }
        // Requests without memory to release lead straight back to the park.
        #expect(watch.waits.suffix(3) == [-1, -1, -1])
        #expect(heaps.system.violations.isEmpty)
    }

    @Test func theWorkerParksWithoutHeaps() {
        let heaps = SharedTestHeaps(.withRealCosts())
        let watch = heaps.watch()
        watch.runUntilParked()
        #expect(watch.waits == [-1])
    }

    @Test(arguments: [1, 2, 8] as [UInt])
    func allHeapsTogetherUseTheShare(processors: UInt) throws {
        let heaps = SharedTestHeaps(.withRealCosts(processors: processors))
        for _ in 0..<3 { try heaps.addFree(2000) }
        let watch = heaps.watch()
        watch.endNanoseconds = 60_000_000_000
        watch.runUntilParked()
        #expect(watch.largestShare(ofSeconds: 10, processors: processors) <= 0.012)
        let shares = watch.shares(ofSeconds: 10, processors: processors, from: 5_000_000_000)
        #expect(shares.sorted()[shares.count / 2] >= 0.008, "\(shares)")
    }

    @Test(arguments: [0.01, 0.003])
    func manyBusyHeapsTogetherUseTheShare(share: Double) throws {
        let heaps = SharedTestHeaps(.withRealCosts(), share: share)
        for _ in 0..<60 { try heaps.addFree(30) }
        let watch = heaps.watch()
        watch.endNanoseconds = 60_000_000_000
        watch.onSleep = { count in
            let member = heaps.members[count % heaps.members.count]
            // The memory is freed again at once: it counts as past demand, and as a request if the heap is parked.
            try? heaps.use(member, 8)
            heaps.free(member, 8)
            member.heap.setMemoryLimit(ByteCount(UInt(1 + count % 7) << 20))
        }
        watch.runUntilParked()
        #expect(watch.largestShare(ofSeconds: 10, processors: 2) <= 1.2 * share)
        let shares = watch.shares(ofSeconds: 10, processors: 2, from: 5_000_000_000)
        #expect(shares.sorted()[shares.count / 2] >= 0.8 * share, "\(shares)")
    }

    @Test func heapsWithMemoryToReleaseAreServedEqually() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        for mebibytes in [3000, 700, 400] { try heaps.addFree(mebibytes) }
        let watch = heaps.watch()
        watch.endNanoseconds = 8_000_000_000
        watch.runUntilParked()
        let released = heaps.members.map(\.released)
        let (least, most) = (released.min() ?? 0, released.max() ?? 0)
        #expect(least > Self.oneMebibyte * 20 && least < Self.oneMebibyte * 400)
        // The stretch for one heap is a millisecond, 5 MiB here, and one quantum more.
        #expect(most - least <= Self.oneMebibyte * 8, "\(released)")
    }

    @Test func figuresOfTheHeapsAddUpToTheWorkers() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        let idle = try heaps.add()
        for mebibytes in [300, 60] { try heaps.addFree(mebibytes) }
        let before = heaps.system.threadProcessorNanoseconds()
        heaps.watch().runUntilParked()
        let used = heaps.system.threadProcessorNanoseconds() - before
        let figures = heaps.members.map { $0.heap.figures() }
        #expect(used > 0)
        #expect(figures.reduce(0) { $0 + $1.workerNanoseconds } == UInt64(used))
        #expect(figures[1].workerNanoseconds > 3 * figures[2].workerNanoseconds)
        #expect(figures[2].workerNanoseconds > 0 && figures[2].values.worker_wake_ups_total > 0)
        #expect(idle.heap.figures().workerNanoseconds == 0 && idle.heap.figures().values.worker_wake_ups_total == 0)
    }

    @Test func theOlderPacerServesSeveralHeaps() throws {
        let heaps = SharedTestHeaps(.withRealCosts(), pacer: .movingAverage)
        for mebibytes in [40, 20] { try heaps.addFree(mebibytes) }
        heaps.watch().runUntilParked()
        for member in heaps.members { #expect(member.retained < Self.oneMebibyte * 2) }
    }

    // MARK: Coming and going

    @Test func aHeapThatJoinsABusyWorkerIsServed() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        try heaps.addFree(100)
        let late = try heaps.add()
        let watch = heaps.watch()
        watch.onSleep = { count in
            guard count == 5 else { return }
            #expect(throws: Never.self) { try heaps.use(late, 50) }
            heaps.free(late, 50)
            heaps.lookAfter(late)
        }
        watch.runUntilParked()
        #expect(late.released > Self.oneMebibyte * 48)
        for member in heaps.members { #expect(member.retained < Self.oneMebibyte * 2) }
    }

    @Test func aHeapThatJoinsWakesAParkedWorker() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        try heaps.addFree(10)
        let watch = heaps.watch()
        watch.parksAllowed = 2
        watch.onPark = { _ in
            let signal = heaps.signal
            #expect(throws: Never.self) { try heaps.addFree(50) }
            #expect(heaps.signal != signal)
        }
        watch.runUntilParked()
        #expect(heaps.members.count == 2)
        #expect(heaps.members.allSatisfy { $0.retained < Self.oneMebibyte * 2 })
    }

    @Test(arguments: [0, 1, 2])
    func aHeapThatLeavesIsNotTouchedAgain(place: Int) throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        for _ in 0..<3 { try heaps.addFree(100) }
        let left = heaps.members[place]
        var released = ByteCount.maximum
        let watch = heaps.watch()
        watch.onSleep = { count in
            guard count == 30 else { return }
            heaps.remove(left)
            released = left.released
        }
        watch.runUntilParked()
        #expect(left.released == released && released < Self.oneMebibyte * 90)
        #expect(heaps.members.count == 2)
        for member in heaps.members { #expect(member.retained < Self.oneMebibyte * 2) }
    }

    @Test func theLastReferenceEndsTheScavenger() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        _ = try (heaps.add(), heaps.add())
        // Both heaps have dropped their references; the owner's is the last one.
        heaps.remove(heaps.members[1])
        heaps.remove(heaps.members[0])
        #expect(heaps.worker.dropReference())
    }
}
