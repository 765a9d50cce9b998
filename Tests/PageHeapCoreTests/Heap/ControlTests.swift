import CPageHeap
import PageHeapCore
import PageHeapSimulation
import Testing

/// Requests of other processes, made as the command makes them: through the page's memory.
struct ControlTests {
    /// A statistics page with room for a map, in this process's own memory.
    private final class Page {
        static let mapBytes = 8 << 20
        let start = UnsafeMutableRawPointer.allocate(
            byteCount: Int(PAGEHEAP_MAP_OFFSET) + mapBytes, alignment: 4096)

        init(isAllowed: Bool = true) {
            start.initializeMemory(as: UInt8.self, repeating: 0, count: Int(PAGEHEAP_MAP_OFFSET))
            page.pointee.control.is_allowed = isAllowed ? 1 : 0
        }

        deinit { start.deallocate() }

        var page: UnsafeMutablePointer<pageheap_statistics_page> {
            start.assumingMemoryBound(to: pageheap_statistics_page.self)
        }

        func ask(_ command: UInt32, _ argument: UInt64 = 0) {
            page.pointee.control.command = command
            page.pointee.control.argument = argument
            page.pointee.control.asked = page.pointee.control.begun &+ 1
        }

        var classes: [pageheap_class] {
            withUnsafeBytes(of: page.pointee.classes) { Array($0.bindMemory(to: pageheap_class.self)) }
        }

        /// The entry of the page at an address.
        func entry(_ address: UInt) -> UInt16? {
            let map = (start + Int(PAGEHEAP_MAP_OFFSET)).assumingMemoryBound(to: pageheap_map.self).pointee
            var place = Int(PAGEHEAP_MAP_OFFSET) + MemoryLayout<pageheap_map>.size
            let ranges = withUnsafeBytes(of: map.ranges) { Array($0.bindMemory(to: pageheap_map_range.self)) }
            for range in ranges.prefix(Int(map.count)) {
                let page = (UInt64(address) &- range.address) / map.page_bytes
                if UInt64(address) >= range.address && page < range.pages {
                    return start.load(fromByteOffset: place + Int(page) * 2, as: UInt16.self)
                }
                place += Int(range.pages) * 2
            }
            return nil
        }
    }

    private func serve(_ test: TestMalloc) -> Bool { test.malloc.serveControl { false } }

    @Test func aProfileIsWrittenOnlyIfThereAreSamples() throws {
        for (bytes, answer, error) in [
            (UInt64(1), UInt64(41), PAGEHEAP_CONTROL_SERVED_WELL), (0, 0, PAGEHEAP_CONTROL_NO_PROFILE),
        ] {
            let test = TestMalloc(samples: SampleRate(meanBytes: bytes))
            let page = Page()
            test.malloc.heap.publish(in: page.page)
            var watcher = SampleWatcher()
            watcher.writeProfile = { 42 }
            test.malloc.watchSamples(watcher, seed: 1)
            page.ask(PAGEHEAP_CONTROL_PROFILE.rawValue)
            #expect(serve(test))
            #expect(page.page.pointee.control.answer == answer && page.page.pointee.control.error == error.rawValue)
        }
    }

    @Test func everyBlockIsCountedInItsClass() throws {
        let test = TestMalloc()
        let page = Page()
        test.malloc.heap.publish(in: page.page)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            if Int.random(in: 0..<3, using: &random) == 0,
                let address = test.live.keys.sorted().randomElement(using: &random)
            {
                test.free(address)
            } else {
                _ = try #require(test.allocate(UInt.random(in: 1...100_000, using: &random)))
            }
        }
        page.ask(PAGEHEAP_CONTROL_CLASSES.rawValue)
        #expect(serve(test))
        #expect(page.page.pointee.control.answered == page.page.pointee.control.asked)
        var live = [UInt64](repeating: 0, count: SizeClass.count)
        for bytes in test.live.values {
            live[bytes > SizeClass.largestBytes.rawValue ? 0 : SizeClass(holding: ByteCount(bytes)).index] += 1
        }
        for (number, figures) in page.classes.enumerated() {
            #expect(
                figures.used_blocks - figures.thread_cache_blocks - figures.transfer_blocks == live[number],
                "class \(number)")
            #expect(figures.used_blocks <= figures.blocks && figures.pinned_bytes <= figures.span_bytes)
        }
        let bytes = page.classes.reduce(0) { $0 + $1.span_bytes }
        #expect(bytes == UInt64(test.malloc.heap.figures().ledger.inUse.rawValue))
    }

    @Test func theMapSaysWhatEachPageIs() throws {
        let test = TestMalloc()
        let page = Page()
        test.malloc.heap.publish(in: page.page)
        let small = try #require(test.allocate(48))
        let big = try #require(test.allocate(3 << 20))
        let gone = try #require(test.allocate(2 << 20))
        _ = try #require(test.allocate(3 << 20))
        test.free(gone)
        page.ask(PAGEHEAP_CONTROL_MAP.rawValue, UInt64(Page.mapBytes))
        #expect(serve(test))
        #expect(page.page.pointee.control.error == 0)
        let entry = try #require(page.entry(small))
        #expect(entry & 0xff == UInt16(SizeClass(holding: 48).rawValue) && entry >> 8 > 0)
        for offset in [0, 1 << 20, 3 << 20 - 1] as [UInt] { #expect(page.entry(big + offset) == 0xff00) }
        #expect(page.entry(gone) == UInt16(PAGEHEAP_MAP_FREE.rawValue))
        #expect(page.entry(16) == nil)

        page.ask(PAGEHEAP_CONTROL_RELEASE.rawValue)
        #expect(serve(test))
        #expect(page.page.pointee.control.answer >= 2 << 20)
        page.ask(PAGEHEAP_CONTROL_MAP.rawValue, UInt64(Page.mapBytes))
        #expect(serve(test))
        #expect(page.entry(gone) == UInt16(PAGEHEAP_MAP_RELEASED.rawValue))
    }

    @Test func theAnswerSaysHowMuchRoomAMapTakes() throws {
        let test = TestMalloc()
        let page = Page()
        test.malloc.heap.publish(in: page.page)
        _ = try #require(test.allocate(20 << 20))
        for room in [0, 100, UInt64(MemoryLayout<pageheap_map>.size)] {
            page.ask(PAGEHEAP_CONTROL_MAP.rawValue, room)
            #expect(serve(test))
            #expect(page.page.pointee.control.error == PAGEHEAP_CONTROL_NO_ROOM.rawValue)
        }
        let needed = page.page.pointee.control.answer
        page.ask(PAGEHEAP_CONTROL_MAP.rawValue, needed)
        #expect(serve(test))
        #expect(page.page.pointee.control.error == 0 && page.page.pointee.control.answer == needed)
    }

    /// The blocks in the classes are those on the pages of the map: both are of one moment.
    @Test func anAccountIsMapAndClasses() throws {
        let test = TestMalloc()
        let page = Page()
        test.malloc.heap.publish(in: page.page)
        let small = try #require(test.allocate(48))
        let big = try #require(test.allocate(3 << 20))
        page.ask(PAGEHEAP_CONTROL_ACCOUNT.rawValue, 0)
        #expect(serve(test))
        #expect(page.page.pointee.control.error == PAGEHEAP_CONTROL_NO_ROOM.rawValue)
        #expect(page.classes.allSatisfy { $0.spans == 0 })
        page.ask(PAGEHEAP_CONTROL_ACCOUNT.rawValue, UInt64(Page.mapBytes))
        #expect(serve(test))
        #expect(page.page.pointee.control.error == 0)
        let number = SizeClass(holding: 48).index
        #expect(page.entry(small).map { Int($0 & 0xff) } == number && page.entry(big) == 0xff00)
        #expect(page.classes[number].spans == 1 && page.classes[0].span_bytes >= 3 << 20)
        // A map alone leaves the classes as they are.
        test.free(small)
        test.free(big)
        page.ask(PAGEHEAP_CONTROL_MAP.rawValue, UInt64(Page.mapBytes))
        #expect(serve(test))
        #expect(page.classes[number].spans == 1)
    }

    @Test func limitsAndTracesAreSet() {
        let test = TestMalloc()
        let page = Page()
        test.malloc.heap.publish(in: page.page)
        for (command, argument, error) in [
            (PAGEHEAP_CONTROL_MEMORY_LIMIT, UInt64(100 << 20), PAGEHEAP_CONTROL_SERVED_WELL),
            (PAGEHEAP_CONTROL_HARD_LIMIT, 200 << 20, PAGEHEAP_CONTROL_SERVED_WELL),
            (PAGEHEAP_CONTROL_MEMORY_LIMIT, 0, PAGEHEAP_CONTROL_BAD_ARGUMENT),
            (PAGEHEAP_CONTROL_HARD_LIMIT, 0, PAGEHEAP_CONTROL_BAD_ARGUMENT),
            (PAGEHEAP_CONTROL_TRACE, 3, PAGEHEAP_CONTROL_BAD_ARGUMENT),
            (PAGEHEAP_CONTROL_TRACE, 1 << 40, PAGEHEAP_CONTROL_BAD_ARGUMENT),
            (pageheap_control_command(0), 0, PAGEHEAP_CONTROL_BAD_ARGUMENT),
            (pageheap_control_command(.max), 0, PAGEHEAP_CONTROL_BAD_ARGUMENT),
        ] {
            page.ask(command.rawValue, argument)
            #expect(serve(test))
            #expect(page.page.pointee.control.error == error.rawValue, "\(command) \(argument)")
        }
        #expect(test.malloc.heap.memoryLimit == ByteCount(100 << 20))
        #expect(test.malloc.heap.hardLimit == ByteCount(200 << 20))
        page.ask(PAGEHEAP_CONTROL_HARD_LIMIT.rawValue, .max)
        #expect(serve(test))
        #expect(test.malloc.heap.hardLimit == nil)
    }

    @Test func onlyANewRequestIsServed() {
        let test = TestMalloc()
        let page = Page()
        #expect(!serve(test))
        test.malloc.heap.publish(in: page.page)
        #expect(!serve(test))
        page.ask(PAGEHEAP_CONTROL_CLASSES.rawValue)
        #expect(serve(test))
        #expect(!serve(test))
        page.ask(PAGEHEAP_CONTROL_CLASSES.rawValue)
        page.page.pointee.control.asked = 0
        #expect(!serve(test))
        page.page.pointee.control.is_allowed = 0
        page.ask(PAGEHEAP_CONTROL_CLASSES.rawValue)
        #expect(!serve(test))
    }
}
