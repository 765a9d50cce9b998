import Foundation
import PageHeapCore
import PageHeapSimulation
import Testing

/// The options in an environment. (What the library prints about malformed ones is tested on the library itself.)
struct OptionsTests {
    private func configuration(_ entries: String...) -> HeapConfiguration {
        let texts = entries.map { strdup("PAGEHEAP_" + $0) }
        defer { for text in texts { free(text) } }
        var environment = texts.map { UnsafePointer<CChar>($0) } + [nil]
        return environment.withUnsafeMutableBufferPointer { Options(environment: $0.baseAddress).configuration }
    }

    @Test func theMemoryLimitIsRead() {
        #expect(configuration().memoryLimit == nil)
        #expect(configuration("MEMORY_LIMIT=64M").memoryLimit == ByteCount(64 << 20))
        #expect(configuration("MEMORY_LIMIT=1").memoryLimit == 1)
        for text in ["none", "0", "0K", "", "64MB", "lots", "-1", "99999999999999999999"] {
            #expect(configuration("MEMORY_LIMIT=\(text)").memoryLimit == nil, "\(text)")
        }
        for text in ["none", "0"] { #expect(!configuration("MEMORY_LIMIT=\(text)").followsContainerLimit) }
        #expect(configuration().followsContainerLimit && configuration("MEMORY_LIMIT=lots").followsContainerLimit)
    }

    @Test func theHardLimitIsRead() {
        #expect(configuration().hardLimit == nil)
        #expect(configuration("HARD_LIMIT=64M").hardLimit == ByteCount(64 << 20))
        for text in ["none", "0", "", "64MB"] {
            #expect(configuration("HARD_LIMIT=\(text)").hardLimit == nil, "\(text)")
        }
    }

    @Test func theDistanceOfSamplesIsRead() {
        func samples(_ entries: String...) -> UInt64 {
            let texts = entries.map { strdup("PAGEHEAP_" + $0) }
            defer { for text in texts { free(text) } }
            var environment = texts.map { UnsafePointer<CChar>($0) } + [nil]
            return environment.withUnsafeMutableBufferPointer {
                Options(environment: $0.baseAddress).samples.meanBytes
            }
        }
        #expect(samples() == 0)
        #expect(samples("SAMPLE_BYTES=64K") == 65536)
        #expect(samples("SAMPLE_BYTES=1T") == 1 << 40)
        #expect(samples("PROFILE_DIRECTORY=/tmp") == Tunables.sampleBytes)
        #expect(samples("PROFILE_DIRECTORY=/tmp", "SAMPLE_BYTES=100") == 100)
        #expect(samples("PROFILE_DIRECTORY=/tmp", "SAMPLE_BYTES=0") == 0)
        for text in ["", "2T", "-1", "lots", "1.5K"] { #expect(samples("SAMPLE_BYTES=\(text)") == 0, "\(text)") }
    }

    @Test func theShareOfCPUTimeIsRead() {
        #expect(configuration().scavengeShare == 0.01)
        #expect(configuration("SCAVENGE_PERCENT=0.1").scavengeShare == 0.001)
        #expect(configuration("SCAVENGE_PERCENT=2.5").scavengeShare == 0.025)
        #expect(configuration("SCAVENGE_PERCENT=100").scavengeShare == 1)
        for text in ["0", "0.09", "100.1", "101", "", "-1", "nan", "1%", "99999999999999999999"] {
            #expect(configuration("SCAVENGE_PERCENT=\(text)").scavengeShare == 0.01, "\(text)")
        }
    }

    @Test func thePacerIsRead() {
        #expect(configuration().pacer == .budget)
        #expect(configuration("PACER=average").pacer == .movingAverage)
        #expect(configuration("PACER=average", "PACER=controller").pacer == .controller)
        #expect(configuration("PACER=Average").pacer == .budget)
    }

    @Test func theUseOfHugePagesIsRead() {
        #expect(configuration().hugePages == .system)
        #expect(configuration("HUGE_PAGES=growth").hugePages == .growth)
        #expect(configuration("HUGE_PAGES=never").hugePages == .never)
        #expect(configuration("HUGE_PAGES=never", "HUGE_PAGES=system").hugePages == .system)
        #expect(configuration("HUGE_PAGES=always").hugePages == .system)
    }

    @Test(
        arguments: [
            (.nan, 0.001), (-1, 0.001), (0, 0.001), (0.0009, 0.001), (0.5, 0.5), (1.5, 1), (.infinity, 1),
        ] as [(Double, Double)])
    func aShareOutsideItsRangeIsBounded(_ share: Double, _ expected: Double) {
        var configuration = HeapConfiguration.original
        configuration.scavengeShare = share
        #expect(configuration.bounded.scavengeShare == expected)
    }

    @Test(arguments: [0, 100, 101, .max / 2, .max] as [UInt])
    func aRetainedPercentageOutsideItsRangeIsBounded(_ percent: UInt) throws {
        var configuration = HeapConfiguration.original
        configuration.retainExtraPercent = percent
        configuration.cycles = .runtime
        let test = try TestPageHeap(SimulatedMachine(), configuration)
        _ = try test.makeFragments(80, ofPages: 20, keepingEach: 4)
        test.heap.endCycle(heapGoal: 7)
        test.heap.endCycle(heapGoal: 7)
        // 400 of 1,600 pages are in use; at most as many again are retained.
        #expect(test.heap.figures().goal == PageCount(percent == 0 ? 400 : 800).bytes)
    }
}
