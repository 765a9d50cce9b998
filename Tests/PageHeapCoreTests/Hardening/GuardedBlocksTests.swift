import PageHeapCore
import Testing

/// The pool of guarded blocks. Without guard pages (before Linux 6.13) there is none.
struct GuardedBlocksTests {
    private let system = HostOperatingSystem()
    private var page: UInt { system.physicalPageBytes.rawValue }

    private func withPool(_ body: (inout GuardedBlocks) throws -> Void) throws {
        guard var pool = GuardedBlocks(using: system) else {
            // Only a kernel that refuses guard pages may be the reason.
            let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(page), alignment: Int(page))
            defer { memory.deallocate() }
            #expect(!system.setGuard(UInt(bitPattern: memory), system.physicalPageBytes))
            return
        }
        defer { pool.cancel(using: system) }
        try body(&pool)
    }

    private func free(_ number: Int, in pool: inout GuardedBlocks) {
        let (found, fault) = pool.beginFree(pool.block(number).address, GuardedSite())
        #expect(found == number && fault == nil)
        pool.endFree(number)
    }

    @Test func blocksEndWithTheirPagesAndPagesAreGuardedOnBothSides() throws {
        try withPool { pool in
            for bytes in [0, 1, 16, 17, 4000, page] {
                let taken = pool.take(bytes, GuardedSite())
                let number = try #require(taken)
                let block = pool.block(number)
                let range = pool.page(of: number)
                #expect(block.address % 16 == 0 && block.address + block.placeBytes == range.address + page)
                #expect(block.placeBytes >= max(bytes, 1) && block.placeBytes < bytes + 17)
                #expect(pool.contains(range.address - page) && pool.contains(range.address + page))
                #expect(pool.diagnose(block.address + block.placeBytes).fault == .behind)
            }
            #expect(pool.fits(page) && !pool.fits(page + 1))
            #expect(!pool.contains(pool.page(of: 0).address - page - 1))
            #expect(!pool.contains(pool.page(of: Tunables.guardedBlocks - 1).address + 2 * page))
        }
    }

    @Test func pagesAreReusedOldestFreeFirstAndNoneIsGivenTwice() throws {
        try withPool { pool in
            let all = (0..<Tunables.guardedBlocks).compactMap { _ in pool.take(100, GuardedSite()) }
            #expect(Set(all).count == Tunables.guardedBlocks)
            let more = pool.take(100, GuardedSite())
            #expect(more == nil)
            for number in [7, 3, 100] { free(number, in: &pool) }
            let first = pool.take(1, GuardedSite())
            free(7, in: &pool)
            let next = (0..<3).map { _ in pool.take(1, GuardedSite()) }
            #expect(first == 7 && next == [3, 100, 7])
        }
    }

    /// Between the two steps of a free nobody gets the page, and a second free is noticed.
    @Test func wrongFreesAreNoticed() throws {
        try withPool { pool in
            let taken = pool.take(100, GuardedSite())
            let number = try #require(taken)
            let address = pool.block(number).address
            let faults = [address + 16, address - 16, address, address].map { pool.beginFree($0, GuardedSite()).fault }
            #expect(faults == [.inside, .inside, nil, .afterFree])
            let others = (0..<Tunables.guardedBlocks).compactMap { _ in pool.take(1, GuardedSite()) }
            #expect(others.count == Tunables.guardedBlocks - 1 && !others.contains(number))
            pool.endFree(number)
            let fault = pool.beginFree(address, GuardedSite()).fault
            #expect(fault == .afterFree)
            #expect(pool.diagnose(address).number == number && pool.diagnose(address).fault == .afterFree)
        }
    }

    @Test func addressesThatNeverWereBlocksAreNone() throws {
        try withPool { pool in
            let fault = pool.beginFree(pool.page(of: 5).address, GuardedSite()).fault
            #expect(fault == GuardedFault.none)
            #expect(pool.diagnose(pool.page(of: 5).address).fault == .none)
            #expect(pool.diagnose(pool.page(of: 5).address - 1).fault == .none)
        }
    }

    /// An access to the guard page between two blocks is put down to the nearer one.
    @Test func accessesBetweenTwoBlocksBelongToTheNearerOne() throws {
        try withPool { pool in
            let first = pool.take(page, GuardedSite())
            let second = pool.take(page, GuardedSite())
            #expect(first == 0 && second == 1)
            let end = pool.page(of: 0).address + page
            let start = pool.page(of: 1).address
            #expect(pool.diagnose(end).number == 0 && pool.diagnose(end).fault == .behind)
            #expect(pool.diagnose(start - 1).number == 1 && pool.diagnose(start - 1).fault == .before)
        }
    }

    @Test func aSiteKeepsTheInnermostFrames() {
        let frames = (1...40).map { UInt($0) }
        let site = frames.withUnsafeBufferPointer { GuardedSite(thread: 7, frames: $0) }
        var kept: [UInt] = []
        site.visitFrames { kept.append($0) }
        #expect(site.thread == 7 && kept == Array(frames.prefix(24)))
    }
}
