import PageHeapCore
import PageHeapSimulation
import Testing

/// What happens if the system refuses to take memory back, or does not give zeros for it.
struct RefusedReleaseTests {
    static let errors: [Int32] = [1, 11, 12, 22]  // EPERM, EAGAIN, ENOMEM, EINVAL
    static let causes: [ReleaseCause] = [.background, .growth, .forced, .limit]

    /// Releases all free memory, and returns how much it was.
    private func release(_ test: TestPageHeap, _ cause: ReleaseCause) -> ByteCount {
        if cause == .forced { return test.heap.releaseFreeMemory { 0 }.released }
        test.heap.search.startGeneration(atTop: true, using: test.system)
        return test.heap.search.scavenge(.maximum, cause, using: test.system)
    }

    /// Makes a heap in which one chunk has free runs of 1, 2, 3 … pages, and no other free page has memory.
    private func heap(runs: UInt, releases method: ReleaseMethod = .now) throws -> TestPageHeap {
        let test = try TestPageHeap(releases: method)
        let base = try #require(test.allocate(512))
        test.simulated.touch(base, PageGeometry.chunkBytes)
        var page: UInt = 1
        for count in 1...runs {
            test.heap.freePages(base + page * 8192, PageCount(count))
            page += count + 1
        }
        return test
    }

    private func pages(_ runs: UInt) -> ByteCount { PageCount(runs * (runs + 1) / 2).bytes }

    /// Each of several runs is refused in turn, together with others and alone; all other runs lose their memory.
    @Test(arguments: errors, causes)
    func aRefusedRunDoesNotKeepOthersFromBeingReleased(error: Int32, cause: ReleaseCause) throws {
        for runs in [1, 2, 5] as [UInt] {
            for refused in 1...runs {
                let test = try heap(runs: runs)
                let before = test.heap.figures().ledger
                test.system.base.follow(
                    FailurePlan(.release, calls: Int(refused)...Int(refused + (runs > 1 ? 1 : 0)), error: error))
                // A run of several pages that is refused as an invalid argument is tried in pieces, none of which is
                // refused.
                let refusedPages = error == 22 && runs + 1 - refused > 1 ? 0 : runs + 1 - refused
                let expected = pages(runs) - PageCount(refusedPages).bytes
                let message: Comment = "\(runs) runs, the \(refused)th from above"
                #expect(release(test, cause) == expected, message)
                test.checkInvariants()
                let ledger = test.heap.figures().ledger
                #expect(ledger.releaseFailures == (refusedPages == 0 ? 0 : 1), message)
                #expect(ledger.retained == before.retained - expected, message)
                #expect(ledger.inUse == before.inUse)
                #expect(ledger.total(cause) == expected)
                // The next search finds it again.
                test.system.base.follow(FailurePlan())
                #expect(release(test, cause) == PageCount(refusedPages).bytes, message)
                #expect(test.heap.figures().ledger.retained == before.retained - pages(runs))
                test.checkInvariants()
            }
        }
    }

    @Test(arguments: errors, causes)
    func refusingEverythingOnlyChangesTheCounts(error: Int32, cause: ReleaseCause) throws {
        let test = try heap(runs: 9)
        let before = test.heap.figures().ledger
        test.system.base.follow(FailurePlan(.release, calls: 1...Int.max, error: error))
        #expect(release(test, cause) == 0)
        let ledger = test.heap.figures().ledger
        // A run that is an invalid argument is refused page by page.
        #expect(ledger.releaseFailures == (error == 22 ? 45 : 9) && ledger.releaseCalls == 0)
        #expect(ledger.retained == before.retained && ledger.freeRetained == before.freeRetained)
        test.checkInvariants()
        #expect(try #require(test.allocate(9)) != 0, "refused pages are free")
        // The heap can still grow.
        #expect(test.allocate(4096) != nil)
        test.checkInvariants()
    }

    /// The next search goes on below the lowest run that was tried; only a search from the top reaches the other runs
    /// again.
    @Test func aForcedReleaseRetriesMemoryRefusedToTheWorker() throws {
        let test = try heap(runs: 25)
        test.system.base.follow(FailurePlan(.release, calls: 1...Int.max))
        #expect(release(test, .background) == 0)
        test.system.base.follow(FailurePlan())
        #expect(release(test, .forced) == pages(25))
        #expect(test.heap.figures().ledger.freeRetained == 0)
        test.checkInvariants()
    }

    @Test(arguments: errors, [false, true])
    func refusedHolesAreRetried(error: Int32, isForced: Bool) throws {
        let test = try TestRefusableMalloc()
        let blocks = try (0..<4000).map { _ in try #require(test.allocate(512, 16)) }
        for (place, address) in blocks.enumerated() {
            test.system.base.base.touch(address, 512)
            if place % 32 != 0 { test.malloc.free(address) }
        }
        func release() -> ByteCount {
            if isForced { return test.malloc.releaseFreeMemory().released }
            var released: ByteCount = 0
            // The first pass finds that the spans were used.
            for _ in 0..<2 {
                test.malloc.beginHolePass()
                while !test.malloc.isHolePassOver { released += test.malloc.releaseHoles(.maximum) }
            }
            return released
        }
        test.malloc.threadExits()
        let before = test.malloc.heap.figures().ledger
        test.system.base.follow(FailurePlan(.release, calls: 1...Int.max, error: error))
        #expect(release() == 0)
        let refused = test.malloc.heap.figures().ledger
        #expect(refused.releaseFailures > 0 && refused.releasedInSpans == 0)
        #expect(refused.retained == before.retained)
        test.checkInvariants()
        test.system.base.follow(FailurePlan(.release, calls: 3...4, error: error))
        #expect(release() > 0)
        let ledger = test.malloc.heap.figures().ledger
        #expect(ledger.releasedInSpans.rawValue > 200_000)
        #expect(ledger.releaseFailures - refused.releaseFailures <= 2)
        test.checkInvariants()
        for (place, address) in blocks.enumerated() where place % 32 == 0 {
            #expect(test.system.base.base.touch(address, 512) == 0, "a block lost its memory")
        }
    }

    @Test func aSearchForHolesIsBounded() throws {
        let test = try TestRefusableMalloc()
        let blocks = try (0..<20_000).map { _ in try #require(test.allocate(1024, 16)) }
        test.malloc.beginHolePass()
        #expect(test.malloc.releaseHoles(.maximum) == 0)
        #expect(!test.malloc.isHolePassOver, "more spans than one call looks at")
        var calls = 1
        while !test.malloc.isHolePassOver && calls < 1000 {
            _ = test.malloc.releaseHoles(.maximum)
            calls += 1
        }
        #expect(test.malloc.isHolePassOver)
        for address in blocks { test.malloc.free(address) }
    }

    @Test func aKernelWithoutLazyReleaseIsAskedForItOnce() throws {
        let test = try heap(runs: 3, releases: .lazily)
        test.system.base.follow(FailurePlan(.release, calls: 1...2, error: 22))
        test.system.forget()
        #expect(release(test, .background) == pages(3))
        let methods = test.system.calls(.release).map {
            if case .release(_, _, let method, _) = $0 { method } else { ReleaseMethod.now }
        }
        // Lazily together, then lazily alone; then the other method, which stays.
        #expect(methods == [.lazily, .lazily, .now, .now, .now])
        #expect(test.heap.figures().ledger.releaseFailures == 0)
        test.checkInvariants()
    }

    /// Locked pages are an invalid argument too.
    @Test func pagesRefusedBothWaysDoNotChangeTheMethod() throws {
        let test = try heap(runs: 2, releases: .lazily)
        // Both runs together, then the first one by both methods, then each of its two pages by both methods.
        test.system.base.follow(FailurePlan(.release, calls: 1...7, error: 22))
        test.system.forget()
        #expect(release(test, .background) == PageCount(1).bytes)
        guard case .release(_, _, .lazily, 0) = test.system.calls.last else {
            Issue.record("not released lazily: \(test.system.calls)")
            return
        }
    }

    @Test(arguments: [1, 11, 12, 22] as [Int32])
    func immediateReleaseNeverBecomesLazy(error: Int32) throws {
        let test = try heap(runs: 3)
        test.system.base.follow(FailurePlan(.release, calls: 1...Int.max, error: error))
        test.system.forget()
        #expect(release(test, .background) == 0)
        for call in test.system.calls(.release) {
            if case .release(_, _, .lazily, _) = call { Issue.record("released lazily: \(call)") }
        }
    }

    @Test(arguments: [ReleaseMethod.now, .lazily], [true, false])
    func zerosAreExpectedOnlyIfTheyAreCertain(method: ReleaseMethod, readsZero: Bool) {
        var machine = SimulatedMachine()
        machine.releasedMemoryReadsZero = readsZero
        var configuration = HeapConfiguration.original
        configuration.releaseMethod = method
        let test = TestMalloc(machine, configuration)
        #expect(test.malloc.heap.releasedReadsZero == (method == .now && readsZero))
        // Fresh memory is known to be zero if released memory is.
        #expect(test.malloc.allocateLarge(ByteCount(1 << 20))?.scavenged == ByteCount(1 << 20))
    }
}

extension HeapLedger {
    fileprivate func total(_ cause: ReleaseCause) -> ByteCount {
        switch cause {
        case .background: releasedInBackgroundTotal
        case .growth: releasedAtGrowthTotal
        case .forced: releasedForcedTotal
        case .limit: releasedForLimitTotal
        }
    }
}
