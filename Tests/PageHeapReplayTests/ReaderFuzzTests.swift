import PageHeapReplay
import PageHeapSimulation
import PageHeapTrace
import TestSupport
import Testing

/// Damaged traces: whatever is done to them, reading ends, in events or in an error that names a byte of the file.
@Suite struct ReaderFuzzTests {
    private static let seed = UInt64(environmentNumber("PAGEHEAP_SEED") ?? 1)
    private static let rounds = environmentNumber("PAGEHEAP_OPERATIONS") ?? 4000

    @Test(arguments: TraceText.all)
    func damagedTextNeverCrashes(_ text: String) throws {
        var generator = SeededGenerator(seed: Self.seed)
        for round in 0..<Self.rounds {
            let damaged = Self.damage(Array(text.utf8), &generator)
            do throws(TraceError) {
                let events = try TraceText.events(damaged)
                #expect(events.count <= damaged.count, "seed \(Self.seed), round \(round)")
            } catch {
                #expect(
                    error.offset.map { $0 <= UInt64(damaged.count) } != false,
                    "seed \(Self.seed), round \(round): \(error)")
            }
        }
    }

    /// What is read of damaged text can be replayed: no event is so odd that the heap stumbles.
    @Test(arguments: TraceText.all)
    func damagedTextCanBeReplayed(_ text: String) throws {
        var generator = SeededGenerator(seed: Self.seed)
        for round in 0..<Self.rounds / 100 {
            let damaged = Self.damage(Array(text.utf8), &generator)
            let input = TraceInput(damaged)
            guard let format = try? TraceFormat(of: try input.beginning()) else { continue }
            var source = format.events(input, eventsPerSecond: 1e6, process: nil, processes: ProcessList())
            do throws(TraceError) {
                let result = try PolicyReplay(.standard, idle: 1_000_000_000).run(&source)
                #expect(result.peakResidentBytes <= 1 << 41, "seed \(Self.seed), round \(round)")
            } catch {
                #expect(
                    error.offset.map { $0 <= UInt64(damaged.count) } != false,
                    "seed \(Self.seed), round \(round): \(error)")
            }
        }
    }

    private static func damage(_ text: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = text
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            if bytes.isEmpty { break }
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] = Array("0123456789abcdefx -+<>@=()#,\n".utf8).randomElement(using: &generator) ?? 0
            case 2: bytes.remove(at: place)
            case 3: bytes.removeSubrange(place...)
            case 4: bytes.insert(contentsOf: bytes[place..<min(place + 40, bytes.count)], at: place)
            case 5: bytes.insert(contentsOf: Array("99999999999".utf8), at: place)
            default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
            }
        }
        return bytes
    }
}
