import CPageHeap
import CPageHeapTool
import Foundation
import PageHeapSimulation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct MemoryAccountTests {
    private static let smaps = """
        55d0-55d8 r-xp 00001000 08:01 12   /usr/bin/a program
        Rss:                  24 kB
        Anonymous:             0 kB
        VmFlags: rd ex mr mw me
        55e0-55e8 rw-p 00000000 00:00 0    [heap]
        Rss:                  8 kB
        7f00-7f80 rw-p 00000000 00:00 0
        Rss:                 512 kB
        AnonHugePages:       256 kB
        nonsense
        7f90-7f98 rw-s 00000000 00:01 99   /dev/shm/x (deleted)
        Rss:                  4 kB
        7fa0-7fa8 rw-p 00000000 00:00 0    [stack]
        Rss:                  16 kB
        7fb0-7fb8 rw-p 00002000 08:01 13   /usr/lib/b.so
        Rss:                  32 kB
        Rss:                  99999999999999999999 kB
        """

    @Test func mappingsAreReadLineByLine() throws {
        let mappings = Mapping.parse(Self.smaps)
        #expect(mappings.count == 6)
        #expect(mappings.first?.name == "/usr/bin/a program")
        #expect(mappings.map(\.resident.rawValue) == [24, 8, 512, 4, 16, 32].map { $0 << 10 })
        #expect(Mapping.parse("").isEmpty)
        #expect(Mapping.parse("7f00-7e00 rw-p 0 0 0\nRss: 4 kB\n\n-- - - - -\n").isEmpty)
    }

    @Test func thePartsAddUpToTheKernelsFigure() {
        let account = MemoryAccount(mappings: Mapping.parse(Self.smaps), heap: nil, figures: HeapFigures())
        #expect(account.sum == account.resident)
        #expect(account.resident == ByteCount(596 << 10))
        #expect(account.bytes(of: .code) == ByteCount(24 << 10))
        #expect(account.bytes(of: .undivided) == ByteCount(512 << 10))
        #expect(account.bytes(of: .shared) == ByteCount(4 << 10))
        #expect(
            ExplainSentence(account).text.contains(
                "86 % of it (512 KiB) is in the heap and in other anonymous mappings"))
    }

    /// What the kernel says of this process's own pages, and a map that says what they are.
    @Test func pagesThatAreThereAreCountedByWhatTheyAre() throws {
        let page = Int(getpagesize())
        let perPage = 8192 / page
        let bytes = 8192 * 6
        let memory = try #require(
            mmap(nil, bytes + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, bytes + 8192) }
        let start = (UInt(bitPattern: memory) + 8191) / 8192 * 8192
        // All of it is touched, but the fourth page.
        for number in [0, 1, 2, 4, 5] {
            for part in 0..<perPage {
                UnsafeMutablePointer<UInt8>(bitPattern: start + UInt(number * 8192 + part * page))?.pointee = 1
            }
        }
        let entries: [UInt16] = [
            3 | 51 << 8, UInt16(PAGEHEAP_MAP_FREE.rawValue), UInt16(PAGEHEAP_MAP_RELEASED.rawValue), 0xff00, 0xff00,
            UInt16(PAGEHEAP_MAP_CACHED.rawValue),
        ]
        let map = HeapMap(pageBytes: 8192, ranges: [HeapMap.Range(address: UInt64(start), entries: entries)])
        let account = HeapAccount(map, present: try PresentPages(of: getpid()), classes: Int(PAGEHEAP_CLASSES))
        #expect(account.used[3].rawValue / 10 == 1638 / 10)
        #expect(account.used[3] + account.around[3] == ByteCount(8192))
        #expect(account.used[0] == ByteCount(8192))
        #expect(account.free == ByteCount(8192))
        #expect(account.back == ByteCount(8192))
        #expect(account.cached == ByteCount(8192))
        #expect(account.total == ByteCount(5 * 8192))
        // Of ten blocks that are not free, the program has three.
        let classes = (0..<Int(PAGEHEAP_CLASSES)).map { number in
            var figures = pageheap_class()
            figures.block_bytes = UInt64(number) * 16
            if number == 3 {
                (figures.used_blocks, figures.thread_cache_blocks, figures.transfer_blocks) = (10, 5, 2)
            }
            return ClassFigures(figures)
        }
        let whole = MemoryAccount(
            mappings: Mapping.parse(Self.smaps), heap: (account, classes), figures: HeapFigures())
        #expect(whole.sum == whole.resident)
        #expect(whole.bytes(of: .threadCaches).rawValue / 10 == 819 / 10)
        #expect(whole.bytes(of: .transferCaches).rawValue / 10 == 327 / 10)
        #expect(whole.bytes(of: .blocks) == whole.classes.reduce(ByteCount.zero) { $0 + $1.usedBytes })
        let row = try #require(whole.classes.first { $0.blockBytes == ByteCount(48) })
        #expect(row.blocks == 3 && row.usedBytes > .zero && row.usedBytes < row.cachedBytes)
    }

    /// Memory that was read and never written is the zero page, which costs nothing.
    @Test(.enabled(if: canTellTheZeroPage)) func theZeroPageIsNotPresent() throws {
        let page = Int(getpagesize())
        let memory = try #require(mmap(nil, page * 3, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, page * 3) }
        let bytes = memory.bindMemory(to: UInt8.self, capacity: page * 3)
        // Huge pages would make all three present.
        madvise(memory, page * 3, MADV_NOHUGEPAGE)
        let read = UnsafePointer(bytes)[0]
        bytes[page * 2] = read + 1
        var present: [Int] = []
        try PresentPages(of: getpid()).visit(from: UInt64(UInt(bitPattern: memory)), count: 3) { present += $0 }
        #expect(present == [2])
    }

    private static let canTellTheZeroPage: Bool = {
        let descriptor = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var (start, ranges) = (UInt64(0), [pageheap_pages()])
        return pageheap_present_pages(descriptor, &start, UInt64(getpagesize()), &ranges, 1) >= 0
    }()

    /// Random bytes, and heads that promise more than there is, where a process's map should be.
    @Test func aMapThatMakesNoSenseIsRefused() throws {
        let folder = try TemporaryFolder()
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("aMapThatMakesNoSenseIsRefused: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for round in 0..<300 {
            var bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if round % 3 == 0 {
                var head = pageheap_map()
                head.page_bytes = 8192
                head.count = UInt64.random(in: 0...9, using: &random)
                head.ranges.0.pages = round % 2 == 0 ? .max : UInt64.random(in: 0...400, using: &random)
                head.ranges.1 = pageheap_map_range(address: .max - 5, pages: 1)
                bytes = withUnsafeBytes(of: head) { Array($0) } + bytes
            }
            let path = folder.file("map")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let file = ControlFile(taking: open(path, O_RDWR | O_CLOEXEC))
            let map = HeapMap(file: file, at: 0, room: bytes.count)
            for range in map?.ranges ?? [] { #expect(range.entries.count * 2 <= bytes.count) }
        }
    }
}
