import PageHeapReplay
import PageHeapTrace
import Testing

@Suite struct ReaderTests {
    private func actions(_ text: String, process: UInt64? = nil) throws -> [AllocationAction] {
        try TraceText.events(Array(text.utf8), process: process).map(\.action)
    }

    private func allocate(_ block: UInt64, _ bytes: UInt64, alignment: UInt64 = 0, zeroed: Bool = false)
        -> AllocationAction
    {
        .allocate(block: block, bytes: bytes, alignment: alignment, isZeroed: zeroed)
    }

    @Test func aMallocLabTraceIsRead() throws {
        #expect(
            try actions(TraceText.rep) == [
                allocate(0, 512), allocate(1, 128), .reallocate(block: 0, to: 0, bytes: 640), .free(block: 1),
                allocate(2, 16), .free(block: 0),
            ])
    }

    @Test func mtraceIsRead() throws {
        #expect(
            try actions(TraceText.mtrace) == [
                allocate(0x5581_f2c0, 0x40), allocate(0x5581_f310, 8),
                .reallocate(block: 0x5581_f2c0, to: 0x5581_f400, bytes: 0x100), .free(block: 0x5581_f310),
                allocate(0x10, 0),
            ])
    }

    @Test func logallocIsReadForOneProcess() throws {
        #expect(
            try actions(TraceText.logalloc) == [
                allocate(0x7f90_4951_20e0, 32), allocate(0x7f90_4953_7480, 296, zeroed: true),
                .reallocate(block: 0x7f90_4951_20e0, to: 0x7f90_4953_6680, bytes: 64),
                allocate(0x7f90_4958_3300, 240, alignment: 256), allocate(7, 5), allocate(8, 17),
                .free(block: 0x7f90_4953_6680), .free(block: 7),
            ])
        #expect(try actions(TraceText.logalloc, process: 18546) == [allocate(1, 99)])
    }

    @Test func logallocHasThreads() throws {
        let events = try TraceText.events(Array(TraceText.logalloc.utf8))
        #expect(events.map(\.thread) == [0, 1, 0, 1, 0, 0, 0, 0])
    }

    @Test func heaptracksRawTextIsReadWithItsTimes() throws {
        let events = try TraceText.events(Array(TraceText.heaptrack.utf8))
        #expect(
            events.map(\.action) == [
                allocate(0x5581_f2c0, 0x40), allocate(0x5581_f310, 8), .free(block: 0x5581_f2c0),
                .free(block: 0x5581_f310),
            ])
        #expect(events.map(\.time) == [0, 10_000_000, 10_001_000, 20_000_000])
    }

    @Test func heaptracksInterpretedTextFreesTheLatestOfLikeBlocks() throws {
        let events = try actions(TraceText.interpreted)
        #expect(
            events == [
                allocate(1, 0x40), allocate(2, 0x40), allocate(3, 0x100), .free(block: 2), .free(block: 3),
                .free(block: .max),
            ])
    }

    @Test func eventsWithoutTimesFollowTheRate() throws {
        let events = try TraceText.events(Array(TraceText.rep.utf8), eventsPerSecond: 1000)
        #expect(events.map(\.time) == (0..<6).map { UInt64($0) * 1_000_000 })
    }

    @Test(arguments: [TraceText.mtrace, TraceText.logalloc, TraceText.heaptrack])
    func theLastLineOfAKilledProgramIsLeftOut(_ text: String) throws {
        let whole = try actions(text)
        let cut = try actions(String(text.dropLast(3)))
        #expect(whole.starts(with: cut))
    }

    @Test(arguments: [
        (TraceText.rep + "x 1 2\n", TraceText.rep.utf8.count), (TraceText.rep + "a 1\n", TraceText.rep.utf8.count),
        (TraceText.mtrace + "@ here: + 0x10\n", TraceText.mtrace.utf8.count),
        (TraceText.logalloc + "1 2 malloc(\n", TraceText.logalloc.utf8.count),
        (TraceText.logalloc + "nonsense\n", TraceText.logalloc.utf8.count),
        (TraceText.heaptrack + "+ 5 5\n", TraceText.heaptrack.utf8.count),
        (TraceText.interpreted + "+ 2\n", TraceText.interpreted.utf8.count),
        (TraceText.heaptrack + "c 11112222333344445\n", TraceText.heaptrack.utf8.count),
    ])
    func anErrorNamesTheByte(_ text: String, _ offset: Int) {
        let error = #expect(throws: TraceError.self) { try actions(text) }
        #expect(error?.offset == UInt64(offset))
    }

    @Test(arguments: [
        ("", "empty"), ("hello\n", "no trace"), ("\u{1f}", "no trace"), ("1\n2\n3\n", "no trace"),
    ])
    func whatIsNoTraceIsSaid(_ text: String, _ part: String) {
        let error = #expect(throws: TraceError.self) { try actions(text) }
        #expect(error?.message.contains(part) == true)
    }

    @Test func aCompressedFileIsSaidToBeOne() {
        let zstd = #expect(throws: TraceError.self) { try TraceText.events([0x28, 0xb5, 0x2f, 0xfd, 0, 0]) }
        #expect(zstd?.message.contains("zstd -d") == true)
        let gzip = #expect(throws: TraceError.self) { try TraceText.events([0x1f, 0x8b, 8, 0]) }
        #expect(gzip?.message.contains("gzip -d") == true)
    }
}
