import PageHeap
import Testing

struct PageRunBytesTests {
    @Test func spansCoverAllBytes() throws {
        var run = try PageHeap.quiet().allocate(pages: 3, zeroed: true)
        let count = run.byteCount
        var bytes = run.mutableBytes
        bytes.storeBytes(of: 0x0102_0304, toByteOffset: count - 4, as: UInt32.self)
        let mutableCount = bytes.byteCount
        let (byteCount, last) = (run.bytes.byteCount, run.bytes.unsafeLoad(fromByteOffset: count - 4, as: UInt32.self))
        #expect(mutableCount == count && byteCount == count && last == 0x0102_0304)
        let (wordCount, firstWord) = (run.span(of: UInt32.self).count, run.span(of: UInt32.self)[0])
        let lastWord = run.span(of: UInt32.self)[count / 4 - 1]
        #expect(wordCount == count / 4 && firstWord == 0 && lastWord == 0x0102_0304)
        var halves = run.mutableSpan(of: UInt16.self)
        halves[0] = 7
        let half = run.span(of: UInt16.self)[0]
        #expect(half == 7)
    }

    @Test func spansHoldAsManyElementsAsFit() throws {
        var run = try PageHeap.quiet().allocate(pages: 1)
        let (large, small) = (run.span(of: UInt128.self).count, run.mutableSpan(of: Int8.self).count)
        #expect(large == 512 && small == 8192)
    }

    @Test func bytesAreAppendedFromTheFirstOneOn() throws {
        var run = try PageHeap.quiet().allocate(pages: 1, zeroed: true)
        let written = run.initialize { output in
            #expect(output.freeCapacity == PageHeap.pageSize)
            for byte in 1...5 { output.append(UInt8(byte)) }
        }
        #expect(written == 5)
        run.withUnsafeBytes { #expect(Array($0.prefix(6)) == [1, 2, 3, 4, 5, 0]) }
        #expect(run.initialize { _ in } == 0)
    }

    @Test func errorsOfTheWriterAreRethrown() throws {
        struct Stop: Error {}
        var run = try PageHeap.quiet().allocate(pages: 1)
        #expect(throws: Stop.self) {
            try run.initialize { (output: inout OutputRawSpan) throws(Stop) in
                output.append(9)
                throw Stop()
            }
        }
        let first = run.span(of: UInt8.self)[0]
        #expect(first == 9)
    }

    @Test func pagesAreZeroedOnRequest() throws {
        let heap = try PageHeap.quiet()
        var run = try heap.allocate(pages: 40)
        run.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 1) }
        run.release()
        do {
            let again = try heap.allocate(pages: 40)
            let (first, isClean) = (again.span(of: UInt8.self)[0], again.isZeroed)
            #expect(first == 1 && !isClean)
        }
        let cleared = try heap.allocate(byteCount: 40 * 8192 - 1, zeroed: true)
        let (pages, isZeroed) = (cleared.pages, cleared.isZeroed)
        #expect(pages == 40 && isZeroed)
        cleared.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 0 }) }
    }
}
