import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares each fast function of words with a slow, simple one.
struct BitOperationsTests {
    /// Words with few runs, whose edges lie everywhere, and random ones.
    private static let words: [UInt64] = {
        var words: [UInt64] = [0, .max]
        for first in 0..<64 {
            for count in 1...(64 - first) {
                let run = BitOperations.mask(first: UInt(first), count: UInt(count))
                words += [run, ~run]
            }
        }
        var generator = SeededGenerator(seed: TestRun.seed)
        for _ in 0..<2000 { words.append(generator.next() | generator.next()) }
        for _ in 0..<2000 { words.append(generator.next() & generator.next()) }
        return words
    }()

    private static func naiveFill(_ word: UInt64, _ group: Int) -> UInt64 {
        var filled: UInt64 = 0
        for first in stride(from: 0, to: 64, by: group) {
            let mask = (UInt64.max >> UInt64(64 - group)) << UInt64(first)
            if word & mask != 0 { filled |= mask }
        }
        return filled
    }

    @Test(arguments: [1, 2, 4, 8, 16, 32, 64])
    func fillAlignedFillsGroupsWithAnyBit(group: Int) {
        for word in Self.words {
            let got = BitOperations.fillAligned(word, groupBits: UInt(group))
            #expect(got == Self.naiveFill(word, group), "word \(word), group \(group)")
        }
    }

    /// The runs of ones of a word, lowest first.
    private static func runs(_ word: UInt64) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var bit = 0
        while bit < 64 {
            let first = bit
            while bit < 64 && word >> UInt64(bit) & 1 == 1 { bit += 1 }
            if bit > first { runs.append(first..<bit) }
            bit += 1
        }
        return runs
    }

    @Test func firstRunIsTheLowestThatIsLongEnough() {
        for word in Self.words {
            let runs = Self.runs(word)
            for count in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64] {
                let expected = runs.first { $0.count >= count }?.lowerBound ?? 64
                let got = BitOperations.firstRun(ofOnes: word, count: count)
                if got != expected { Issue.record("word \(word), count \(count): expected \(expected), got \(got)") }
            }
        }
    }
}
