import PageHeapCore
import PageHeapSimulation
import Testing

/// The sizes of thread caches.
struct ThreadCacheTests {
    /// The most bytes that a cache may hold, all classes together, if it is the last of `caches`.
    private func mostBytes(caches: UInt) -> UInt {
        (1..<SizeClass.count).reduce(into: 0) { total, number in
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            total += ThreadCache.capacity(blockBytes: bytes, caches: caches) * bytes
        }
    }

    @Test(arguments: [1, 32, 33, 512, 1 << 20])
    func aStackHoldsAFewBlocksAndNoMoreThanFit(_ caches: Int) {
        for number in 1..<SizeClass.count {
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            let capacity = ThreadCache.capacity(blockBytes: bytes, caches: UInt(caches))
            #expect(capacity >= (bytes > 32 << 10 ? 1 : 2) && capacity <= Tunables.cacheBlockLimit)
        }
    }

    @Test func cachesOfManyThreadsAreSmaller() {
        #expect(mostBytes(caches: 1) == mostBytes(caches: 32))
        #expect(mostBytes(caches: 1) < 2_100_000)
        // One or two blocks of each large class are left.
        #expect(mostBytes(caches: 512) < mostBytes(caches: 1) * 3 / 4)
        let small = (1..<40).reduce(into: UInt(0)) { total, number in
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            total += ThreadCache.capacity(blockBytes: bytes, caches: 512) * bytes
        }
        #expect(small < 100_000, "classes to 2 KiB")
    }

    @Test func theEmptyCacheGivesAndTakesNothing() {
        for number in 0..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            #expect(ThreadCache.empty.count(sizeClass) == 0)
            #expect(ThreadCache.empty.pop(sizeClass) == 0)
            #expect(!ThreadCache.empty.push(16, sizeClass))
        }
        #expect(ThreadCache.empty.isEmptyCache)
    }

    /// Random work on the stacks of a cache does what it does on plain arrays, and touches nothing beside the cache.
    @Test(arguments: 0..<8)
    func stacksAreStacks(seed: UInt64) {
        let bytes = MemoryLayout<ThreadCache.Memory>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes + 128, alignment: 64)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        (memory + bytes).initializeMemory(as: UInt8.self, repeating: 0xA5, count: 128)
        let cache = ThreadCache(memory)
        cache.initialize(slot: ThreadSlot.current.slot, caches: 1)
        var numbers = SeededGenerator(seed: seed)
        var model = [[UInt]](repeating: [], count: SizeClass.count)
        var next: UInt = 0x1000
        for _ in 0..<40_000 {
            let number = Int.random(in: 1..<SizeClass.count, using: &numbers)
            let sizeClass = SizeClass(UInt8(number))
            let isNew = cache.isNew(sizeClass)
            switch Int.random(in: 0..<100, using: &numbers) {
            case 0..<50:
                next += 16
                let capacity = cache.capacity(sizeClass)
                let fits = model[number].count < capacity
                #expect(cache.push(next, sizeClass) == fits)
                if fits { model[number].append(next) }
            case 50..<94:
                #expect(cache.pop(sizeClass) == model[number].popLast() ?? 0)
            case 94..<97:
                _ = cache.settledCapacity(sizeClass, blockBytes: UInt32(sizeClass.blockBytes.rawValue))
                #expect(!cache.isNew(sizeClass))
            case 97 where !isNew:
                let dropped = Int.random(in: 0...model[number].count, using: &numbers)
                cache.dropLowest(dropped, sizeClass)
                model[number].removeFirst(dropped)
            case 98 where !isNew && model[number].isEmpty:
                let filled = Int.random(in: 1...cache.capacity(sizeClass), using: &numbers)
                let blocks = cache.blocks(sizeClass)
                for position in 0..<filled {
                    next += 16
                    blocks[position] = next
                    model[number].append(next)
                }
                cache.setCount(sizeClass, filled)
            case 99 where Int.random(in: 0..<100, using: &numbers) == 0:
                for each in 1..<SizeClass.count { cache.dropLowest(model[each].count, SizeClass(UInt8(each))) }
                model = model.map { _ in [] }
                cache.shrink()
            default: break
            }
            #expect(cache.count(sizeClass) == model[number].count, "seed \(seed)")
        }
        for number in 1..<SizeClass.count where !model[number].isEmpty {
            let sizeClass = SizeClass(UInt8(number))
            let blocks = UnsafeBufferPointer(start: cache.blocks(sizeClass), count: cache.count(sizeClass))
            #expect(Array(blocks) == model[number], "seed \(seed)")
        }
        let behind = UnsafeRawBufferPointer(start: memory + bytes, count: 128)
        #expect(behind.allSatisfy { $0 == 0xA5 })
    }
}
