import PageHeapCore
import PageHeapSimulation
import TestSupport
import Testing

/// The quarantine of hardening level 2.
struct QuarantineTests {
    private static let kinds: [(Quarantine.Kind, Int)] = [
        (.small, Tunables.quarantineSmallBlocks), (.medium, Tunables.quarantineMediumBlocks),
        (.large, Tunables.quarantineLargeBlocks),
    ]

    /// Each block leaves at most once, after it came; what has not left is as many blocks as there are places, at most.
    @Test(arguments: kinds)
    func whatComesInLeavesOnceAndStaysForAsManyFreesAsThereArePlaces(_ kind: Quarantine.Kind, _ places: Int) throws {
        let system = HostOperatingSystem()
        let quarantine = try #require(Quarantine(using: system))
        defer { quarantine.cancel(using: system) }
        let seed = TestRun.seed
        var random = SeededGenerator(seed: seed)
        var held: [UInt: Int] = [:]
        var stays = 0
        let rounds = places * 400
        for number in 1...rounds {
            let block = UInt(number) * 16
            held[block] = number
            let other = quarantine.exchange(block, kind, random: random.next())
            if other == 0 { continue }
            let removed = held.removeValue(forKey: other)
            let came = try #require(removed, "seed \(seed): \(other) was not there")
            stays += number - came
        }
        #expect(held.count <= places, "seed \(seed)")
        let mean = Double(stays) / Double(rounds - held.count)
        // The standard deviation of a stay equals its mean, so that of the average of this many stays is at most a hundredth of it.
        #expect(abs(mean / Double(places) - 1) < 0.1, "seed \(seed): \(mean) frees")
    }

    @Test func theKindsDoNotMix() throws {
        let system = HostOperatingSystem()
        let quarantine = try #require(Quarantine(using: system))
        defer { quarantine.cancel(using: system) }
        for (kind, places) in Self.kinds {
            for place in 0..<places {
                #expect(quarantine.exchange(16, kind, random: UInt64(place)) == 0)
                #expect(quarantine.exchange(32, kind, random: UInt64(place + places)) == 16)
            }
        }
    }

    @Test func blocksAreKeptByTheirSize() {
        #expect(Quarantine.kind(ofSmall: 16) == .small)
        #expect(Quarantine.kind(ofSmall: Tunables.quarantineSmallBytes.rawValue) == .small)
        #expect(Quarantine.kind(ofSmall: Tunables.quarantineSmallBytes.rawValue + 16) == .medium)
    }
}
