import PageHeapCore
import PageHeapSimulation
import TestSupport
import Testing

/// Candidates in a chunk: the cases of the design's first version, and a comparison with a slow, simple search.
struct ScavengeCandidateTests {
    private static let chunk = 512
    static let groups = [1, 2, 4, 8, 16, 32, 64]

    /// Searches from the chunk's last page.
    private func candidate(
        allocated: [[Int]] = [], scavenged: [[Int]] = [], group: Int, limit: Int = 512, hugePage: Int = 0
    ) -> [Int]? {
        var taken = PageBitmap(allocated)
        let released = PageBitmap(scavenged)
        for word in 0..<PageBitmap.wordCount { taken.setWord(word, to: taken.word(word) | released.word(word)) }
        let found = taken.scavengeCandidate(
            from: .last, group: PageCount(UInt(group)), limit: PageCount(UInt(limit)),
            hugePage: PageCount(UInt(hugePage)))
        return found.map { [Int($0.first.rawValue), Int($0.count.rawValue)] }
    }

    /// Everything but a run of pages.
    private func allBut(_ first: Int, _ count: Int) -> [[Int]] {
        [[0, first], [first + count, 512 - first - count]]
    }

    @Test func singlePagesAreFound() {
        let mixed = candidate(allocated: [[0, 40], [42, 470]], scavenged: [[0, 41], [42, 470]], group: 1)
        #expect(mixed == [41, 1])
        let several = candidate(allocated: [[0, 63], [65, 20], [87, 425]], scavenged: [[86, 1]], group: 1)
        #expect(several == [85, 1])
    }

    @Test(arguments: groups)
    func wholeChunksAndTheirEndsAreFound(group: Int) {
        #expect(candidate(group: group) == [0, 512])
        #expect(candidate(scavenged: [[0, 512]], group: group) == nil)
        #expect(candidate(allocated: [[0, 512]], scavenged: [[256, 256]], group: group) == nil)
        #expect(candidate(allocated: [[group, 512 - group]], group: group) == [0, group])
        #expect(candidate(allocated: [[0, 512 - group]], group: group) == [512 - group, group])
    }

    @Test(arguments: groups)
    func runsAcrossWordsAreFound(group: Int) {
        let across = candidate(allocated: allBut(64 - group, 2 * group), group: group, limit: 2 * group)
        #expect(across == [64 - group, 2 * group])
        let rest = [128 + 3 * group, 512 - 128 - 3 * group]
        let edge = candidate(allocated: [[64, 64], rest], scavenged: [[1, 10]], group: group, limit: 3 * group)
        #expect(edge == [128, 3 * group])
        let pocket = candidate(
            allocated: [[64, 62], [127, 1], rest], scavenged: [[1, 10]], group: group, limit: 3 * group)
        #expect(pocket == [128, 3 * group])
    }

    @Test(arguments: groups)
    func limitsAreRoundedUp(group: Int) {
        let top = [512 - group, group]
        for limit in [0, 1, max(group - 2, 1), group] {
            let got = candidate(scavenged: [[0, 512 - group]], group: group, limit: limit)
            #expect(got == top, "limit \(limit)")
            #expect(candidate(group: group, limit: limit) == top, "limit \(limit), all free")
        }
        // Rounding the largest number up must not wrap.
        let found = PageBitmap().scavengeCandidate(
            from: .last, group: PageCount(UInt(group)), limit: PageCount(UInt.max), hugePage: 0)
        #expect(found?.count == 512)
    }

    @Test(arguments: [1, 2, 4, 8])
    func aScavengedPageSpoilsItsGroup(group: Int) {
        #expect(candidate(allocated: allBut(40, group), group: group) == [40, group])
        #expect(candidate(allocated: allBut(40, group), scavenged: [[40, 1]], group: group) == nil)
    }

    @Test(arguments: groups.dropFirst())
    func pocketsThatAreTooSmallOrMisalignedAreSkipped(group: Int) {
        let below = [0, 64 - group]
        let small = candidate(allocated: [below, [64, 5], [70, 11], [82, 430]], group: group, limit: group)
        #expect(small == [64 - group, group])
        let misaligned = candidate(
            allocated: [below, [64, 63], [127 + group, 385 - group]], group: group, limit: group)
        #expect(misaligned == [64 - group, group])
    }

    @Test(arguments: [2, 4, 8, 16, 32, 64, 128, 256])
    func hugePagesStayWhole(huge: Int) {
        let straddling = candidate(allocated: allBut(0, huge + 2), group: 1, limit: 3, hugePage: huge)
        #expect(straddling == [0, huge + 2])
        let top = candidate(allocated: allBut(512 - huge, huge), group: 1, limit: 1, hugePage: huge)
        #expect(top == [512 - huge, huge])
    }

    @Test func onlyTheLowEndIsExtendedToAHugePage() {
        let got = candidate(allocated: allBut(118, 148), group: 1, limit: 12, hugePage: 128)
        #expect(got == [128, 138])
    }

    @Test func searchesAgreeWithASimpleOne() {
        var generator = SeededGenerator(seed: TestRun.seed)
        for round in 0..<600 {
            let bitmap = PageBitmap.random(using: &generator)
            let group = Self.groups.randomElement(using: &generator) ?? 1
            let start = Int.random(in: 0..<512, using: &generator)
            let limit = Int.random(in: 0...520, using: &generator)
            let got = bitmap.scavengeCandidate(
                from: PageIndex(UInt(start)), group: PageCount(UInt(group)), limit: PageCount(UInt(limit)), hugePage: 0)
            let expected = Self.naive(bitmap.bits, from: start, group: group, limit: limit)
            #expect(
                got.map { [Int($0.first.rawValue), Int($0.count.rawValue)] } == expected,
                "round \(round), seed \(TestRun.seed)")
        }
    }

    private static func naive(_ bits: [Bool], from start: Int, group: Int, limit: Int) -> [Int]? {
        func isFree(_ first: Int) -> Bool { !bits[first..<(first + group)].contains(true) }
        var end = (start | 63) + 1
        while end > 0 && !isFree(end - group) { end -= group }
        guard end > 0 else { return nil }
        var first = end
        while first > 0 && isFree(first - group) && end - first < max(limit, 1) { first -= group }
        return [first, end - first]
    }

    #if DEBUG
        @Test func anInvalidPhysicalPageStopsTheProgram() async throws {
            let results = [
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    _ = PageBitmap().scavengeCandidate(from: .last, group: 0, limit: 1, hugePage: 0)
                },
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    _ = PageBitmap().scavengeCandidate(from: .last, group: 3, limit: 1, hugePage: 0)
                },
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    _ = PageBitmap().scavengeCandidate(from: .last, group: 128, limit: 1, hugePage: 0)
                },
            ]
            for errors in results.map({ lines(of: $0.standardErrorContent) }) {
                #expect(errors.contains { $0.hasSuffix(": a physical page must have 1, 2, 4 … 64 pages") })
            }
        }
    #endif
}
