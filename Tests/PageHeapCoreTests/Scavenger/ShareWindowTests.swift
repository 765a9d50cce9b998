import PageHeapCore
import PageHeapSimulation
import Testing

/// The share of CPU time over ten seconds.
struct ShareWindowTests {
    private static let slot: Int64 = 100_000_000

    /// Compares the window with a list of everything that was ever added.
    @Test func theWindowAgreesWithAList() {
        let seed = TestRun.seed
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var window = ShareWindow()
            var all: [(slot: Int64, spent: Int64)] = []
            var now: Int64 = 0
            for _ in 0..<200 {
                now += Int64.random(in: 0...(random.next() % 9 == 0 ? 30_000_000_000 : 700_000_000), using: &random)
                let spent = Int64.random(in: -1...20_000_000, using: &random)
                window.add(spent, at: now)
                all.append((now / Self.slot, max(0, spent)))
                let used = all.filter { $0.slot > now / Self.slot - 101 }.reduce(0) { $0 + $1.spent }
                #expect(window.used == used, "seed \(seed)")

                // After the delay, and not a slot earlier, no more than the bound is left.
                let bound = Int64.random(in: 0...100_000_000, using: &random)
                let delay = window.delay(until: bound, at: now)
                func left(_ time: Int64) -> Int64 {
                    all.filter { $0.slot > time / Self.slot - 101 }.reduce(0) { $0 + $1.spent }
                }
                if delay < ShareWindow.nanoseconds { #expect(left(now + delay) <= bound, "seed \(seed)") }
                if delay > 0 { #expect(left(now + delay - 1) > bound, "seed \(seed)") }
            }
        }
    }

    /// A worker that works only while the delay is 0 uses at most the bound and one stretch in any ten seconds.
    @Test func theBoundHoldsOverAnyTenSeconds() {
        var window = ShareWindow()
        var work: [(time: Int64, spent: Int64)] = []
        var now: Int64 = 0
        while now < 60_000_000_000 {
            let delay = window.delay(until: 98_000_000, at: now)
            now += delay
            if delay == 0 {
                now += 2_000_000
                window.add(2_000_000, at: now)
                work.append((now, 2_000_000))
            }
        }
        for (index, first) in work.enumerated() {
            let stretch = work[index...].prefix { $0.time < first.time + ShareWindow.nanoseconds }
            let used = stretch.reduce(0) { $0 + $1.spent }
            #expect(used <= 100_000_000)
        }
        #expect(work.reduce(0) { $0 + $1.spent } >= 550_000_000)
    }
}
