import Foundation
import PageHeapCore
import PageHeapSimulation
import Synchronization
import Testing

/// What samples told to whoever watches, in one test at a time: a C function has no other way to say it.
private enum Told {
    static let allocated = Mutex<[(block: UInt, bytes: UInt64, weight: UInt64)]>([])
    static let freed = Mutex<[UInt]>([])

    static func watch(_ malloc: MallocHeap<some OperatingSystem>, seed: UInt64 = 1) {
        allocated.withLock { $0 = [] }
        freed.withLock { $0 = [] }
        var watcher = SampleWatcher()
        watcher.allocated = { block, bytes, weight in Told.allocated.withLock { $0.append((block, bytes, weight)) } }
        watcher.freed = { block in Told.freed.withLock { $0.append(block) } }
        watcher.unwind = { frames, count in
            frames[0] = 0x1000
            frames[1] = 0x2000
            return min(count, 2)
        }
        malloc.watchSamples(watcher, seed: seed)
    }
}

/// Sampled allocations of a malloc heap.
@Suite(.serialized)
struct SamplingTests {
    /// With a mean of one byte, a block of 64 bytes and more is always sampled: the chance that it is not is exp(-64).
    private let everything = SampleRate(meanBytes: 1)

    @Test(arguments: [HardeningLevel.unhardened, .checksFrees, .full])
    func everyWayToABlockIsSampledOnceAndSoIsItsFree(hardening: HardeningLevel) throws {
        let test = try RealMalloc(hardening: hardening, samples: everything)
        Told.watch(test.malloc)
        var live: Set<UInt> = []
        func took(_ pointer: UnsafeMutableRawPointer?, _ bytes: UInt64) throws {
            let address = try place(pointer)
            let last = Told.allocated.withLock { ($0.count, $0.last) }
            live.insert(address)
            #expect(last.1?.block == address && last.1?.bytes == bytes && last.1?.weight == bytes)
        }
        try took(test.malloc.allocate(100), 100)
        try took(test.malloc.allocate(100), 100)
        try took(test.malloc.allocateZeroed(5000), 5000)
        try took(test.malloc.allocate(1 << 20), 1 << 20)
        try took(test.malloc.allocateZeroed(1 << 20), 1 << 20)
        try took(test.malloc.allocateAligned(100, alignment: 16), 100)
        try took(test.malloc.allocateAligned(1 << 20, alignment: 1 << 16), 1 << 20)
        #expect(Told.allocated.withLock { $0.count } == 7 && Told.freed.withLock { $0.isEmpty })
        for address in live { test.malloc.free(address) }
        #expect(Told.freed.withLock { Set($0) == live && $0.count == live.count })
        // What a cache keeps is sampled anew when it is handed out again.
        try took(test.malloc.allocate(100), 100)
        test.malloc.checkInvariants()
    }

    @Test func aResizedBlockIsFreedAndAllocated() throws {
        let test = try RealMalloc(samples: everything)
        Told.watch(test.malloc)
        var address = try place(test.malloc.allocate(1000))
        for bytes in [1001, 600, 40_000, 1 << 20, 3 << 20, 1 << 19, 9 << 20, 64] as [UInt] {
            let before = Told.allocated.withLock { $0.count }
            let old = address
            address = try place(test.malloc.reallocate(address, bytes))
            #expect(Told.freed.withLock { $0.last } == old, "\(bytes)")
            #expect(
                Told.allocated.withLock {
                    $0.count == before + 1 && $0[before].block == address && $0[before].bytes == bytes
                },
                "\(bytes)")
        }
        test.malloc.free(address)
        #expect(Told.allocated.withLock { $0.count } == Told.freed.withLock { $0.count })
    }

    /// A loop through one block, blocks of several sizes, and large ones: whatever the pattern, the samples add up to what
    /// was allocated. Each pattern has some 1,000 samples, so the standard deviation of the sum is at most 3.2 %; 25 % is
    /// more than seven of these. The seed is fixed.
    @Test(arguments: [[16], [48, 4096], [700, 700, 100_000], [16, 16, 16, 16, 65536]] as [[UInt]])
    func samplesAddUpToWhatWasAllocated(_ sizes: [UInt]) throws {
        let test = TestMalloc(samples: SampleRate(meanBytes: 8192))
        Told.watch(test.malloc, seed: 42)
        var (bytes, blocks) = (0.0, 0.0)
        while bytes < 1000 * 8192 {
            for size in sizes {
                let pointer = try #require(test.malloc.allocate(size))
                bytes += Double(size)
                blocks += 1
                test.malloc.free(UInt(bitPattern: pointer))
            }
        }
        let samples = Told.allocated.withLock { $0 }
        let weight = samples.reduce(0.0) { $0 + Double($1.weight) }
        #expect(abs(weight / bytes - 1) < 0.25, "\(samples.count) samples")
        if sizes.count == 1 {
            let count = samples.reduce(0.0) { $0 + Double($1.weight) / Double($1.bytes) }
            #expect(abs(count / blocks - 1) < 0.25)
        }
        #expect(Told.freed.withLock { $0.count } == samples.count)
    }

    @Test func nothingIsSampledByDefault() throws {
        let test = TestMalloc()
        Told.watch(test.malloc)
        for _ in 0..<100 { try test.malloc.free(place(test.malloc.allocate(1 << 20))) }
        #expect(!test.malloc.isSampling && Told.allocated.withLock { $0.isEmpty })
    }

    @Test func theTablesCountAsMetadata() throws {
        // One heap after the other: a thread has one cache.
        func metadataBytes(_ test: TestMalloc) -> UInt64 {
            #expect(test.malloc.allocate(100) != nil)
            return test.malloc.heap.figures().values.metadata_bytes
        }
        let plain = metadataBytes(TestMalloc())
        let more = metadataBytes(TestMalloc(samples: everything)) - plain
        #expect(more > 256 << 10 && more < 512 << 10)
    }

    // MARK: The profile

    private func profile(of test: TestMalloc) -> [Substring] {
        var text: [UInt8] = []
        test.malloc.writeProfile(library: 0xabc) { text += $0 }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }

    @Test func theProfileHasTheBlocksInUseAndTheirStack() throws {
        let test = TestMalloc(samples: everything)
        Told.watch(test.malloc)
        let kept = try #require(test.malloc.allocate(200))
        let large = try #require(test.malloc.allocate(1 << 20))
        try test.malloc.free(place(test.malloc.allocate(300)))
        let lines = profile(of: test)
        #expect(lines.first == "pageheap-profile 1" && lines.contains("mean 1") && lines.contains("library abc"))
        let stack = try #require(lines.first { $0.hasPrefix("stack ") && $0.hasSuffix(" 1000 2000") })
        let words = stack.split(separator: " ")
        #expect(words[2] == "\(200 + (1 << 20) + 300)" && words[3] == "3")
        let blocks = lines.filter { $0.hasPrefix("block \(words[1]) ") }
        #expect(blocks.count == 2 && blocks.contains("block \(words[1]) \(1 << 20) \(1 << 20) 0"))
        _ = (kept, large)
        // A child of a fork begins anew, but tells of its parent's blocks that it frees.
        test.malloc.beginSamplesOfChild()
        #expect(!profile(of: test).contains { $0.hasPrefix("block ") || $0.hasPrefix("stack \(words[1]) ") })
        test.malloc.free(UInt(bitPattern: kept))
        #expect(Told.freed.withLock { $0.last } == UInt(bitPattern: kept))
    }

    /// Blocks of 256 bytes: 16 to a physical page of 4 KiB.
    @Test func aBlockThatIsAloneOnItsPageHoldsTheRestBack() throws {
        let test = TestMalloc(samples: everything)
        Told.watch(test.malloc)
        var blocks: [UInt] = []
        for _ in 0..<1024 { blocks.append(try place(test.malloc.allocate(256))) }
        blocks.sort()
        let page = test.system.physicalPageBytes.rawValue
        // Of one page all blocks but one, of another all but two.
        let pages = Set(blocks.map { $0 / page }).filter { page in
            blocks.count { $0 / test.system.physicalPageBytes.rawValue == page } == Int(
                test.system.physicalPageBytes.rawValue) / 256
        }.sorted()
        try #require(pages.count > 3)
        let (one, two, full) = (pages[0], pages[1], pages[2])
        var left: [UInt: [UInt]] = [:]
        for address in blocks {
            let keep = [one: 1, two: 2][address / page] ?? Int.max
            if left[address / page, default: []].count < keep {
                left[address / page, default: []].append(address)
            } else {
                test.malloc.free(address)
            }
        }
        // Blocks in caches count as in use.
        _ = test.malloc.releaseFreeMemory()
        #expect(test.malloc.pinnedBytes(by: try #require(left[one]?.first)) == page - 256)
        for block in try #require(left[two]) { #expect(test.malloc.pinnedBytes(by: block) == (page - 512) / 2) }
        #expect(test.malloc.pinnedBytes(by: try #require(left[full]?.first)) == 0)
    }
}

/// The tables of sampled blocks and of call stacks.
struct SampleTableTests {
    /// Random insertions and removals, against a dictionary.
    @Test func theTableAnswersAsADictionaryDoes() throws {
        let system = SimulatedOperatingSystem(SimulatedMachine())
        var table = try #require(SampledBlocks(using: system))
        defer { table.cancel(using: system) }
        var model: [UInt: UInt64] = [:]
        var generator = SeededGenerator(seed: TestRun.seed)
        for step in 0..<20_000 {
            let address = UInt.random(in: 1...3000, using: &generator) * 16
            if model[address] == nil && Bool.random(using: &generator) {
                let isInserted = table.insert(
                    SampledBlock(address: address, bytes: UInt64(step + 1), weight: 7), using: system)
                #expect(isInserted)
                model[address] = UInt64(step + 1)
                #expect(table.mayHold(address))
            } else {
                let isRemoved = table.remove(address)
                #expect(isRemoved == (model.removeValue(forKey: address) != nil), "seed \(TestRun.seed)")
            }
        }
        var found: [UInt: UInt64] = [:]
        for index in 0..<table.usedCount {
            if let block = table.block(index) { #expect(found.updateValue(block.bytes, forKey: block.address) == nil) }
        }
        #expect(found == model, "seed \(TestRun.seed)")
        for address in model.keys {
            let isRemoved = table.remove(address)
            #expect(isRemoved)
        }
        #expect((1...3000).allSatisfy { !table.mayHold(UInt($0) * 16) })
    }

    @Test func aFullTableTakesNoMoreUntilOneIsRemoved() throws {
        let system = SimulatedOperatingSystem(SimulatedMachine())
        var table = try #require(SampledBlocks(using: system))
        defer { table.cancel(using: system) }
        var count: UInt = 0
        while table.insert(SampledBlock(address: (count + 1) * 16, bytes: 1, weight: 1), using: system) { count += 1 }
        #expect(count == UInt(Tunables.sampleLimit - 1))
        let isRemoved = table.remove(16 * 5)
        let isTaken = table.insert(SampledBlock(address: 1 << 40, bytes: 1, weight: 1), using: system)
        let isTakenToo = table.insert(SampledBlock(address: 1 << 41, bytes: 1, weight: 1), using: system)
        #expect(isRemoved && isTaken && !isTakenToo)
        table.close()
        let isThere = table.remove(1 << 40)
        #expect(!table.mayHold(1 << 40) && !isThere)
    }

    @Test func equalStacksAreOneAndTheMemoryIsBounded() throws {
        let system = SimulatedOperatingSystem(SimulatedMachine())
        var table = try #require(CallStacks(using: system))
        defer { table.cancel(using: system) }
        func index(_ frames: [UInt]) -> UInt32 { frames.withUnsafeBufferPointer { table.index(of: $0, using: system) } }
        #expect(index([]) == 0)
        let first = index([1, 2, 3])
        let second = index([1, 2])
        #expect(first != 0 && second != 0 && first != second && index([1, 2, 3]) == first && index([1, 2]) == second)
        var number: UInt = 10
        while index([number, number, number, number, number, number, number, number]) != 0 { number += 1 }
        #expect(UInt(table.usedWords) * 8 <= Tunables.sampleStackBytes.rawValue)
        #expect(index([1, 2, 3]) == first)
        var seen = 0
        var next: UInt32? = 0
        while let index = next { next = table.visit(index) { _, _ in seen += 1 } }
        #expect(seen == Int(number) - 10 + 3)
    }
}
