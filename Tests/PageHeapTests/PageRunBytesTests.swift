import PageHeap
import Testing

struct PageRunBytesTests {
    @Test func spansCoverAllBytes() throws {
        var run = try PagedHeap.quiet().allocate(pageCount: 3, zeroed: true)
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
        var run = try PagedHeap.quiet().allocate(pageCount: 1)
        let (large, small) = (run.span(of: UInt128.self).count, run.mutableSpan(of: Int8.self).count)
        #expect(large == 512 && small == 8192)
    }

    private struct Sample: BitwiseCopyable, Equatable {
        var time: Double
        var isValid: Bool
        var weights: SIMD4<Float>
    }

    @Test func spansHoldElementsOfAnyTypeThatIsOnlyBytes() throws {
        var run = try PagedHeap.quiet().allocate(pageCount: 2)
        let count = run.byteCount / MemoryLayout<Sample>.stride
        do {
            var samples = run.mutableSpan(of: Sample.self)
            let held = samples.count
            #expect(held == count)
            for index in samples.indices {
                samples[index] = Sample(
                    time: Double(index), isValid: index.isMultiple(of: 2), weights: [0, 1, 2, Float(index)])
            }
        }
        let last = run.span(of: Sample.self)[count - 1]
        #expect(
            last
                == Sample(
                    time: Double(count - 1), isValid: count % 2 == 1, weights: [0, 1, 2, Float(count - 1)]))
        var numbers = run.mutableSpan(of: Double.self)
        numbers[1] = -.pi
        let number = run.span(of: Double.self)[1]
        #expect(number == -.pi)
    }

    @Test func buffersHaveTheSameSpans() throws {
        let pool = try BufferPool(heap: try PagedHeap.quiet(), bufferByteCount: 8192)
        var buffer = try pool.take()
        var numbers = buffer.mutableSpan(of: Float.self)
        numbers[2047] = 0.5
        let (last, count) = (buffer.span(of: Float.self)[2047], buffer.span(of: SIMD2<Double>.self).count)
        #expect(last == 0.5 && count == 512)
    }

    @Test func bytesAreAppendedFromTheFirstOneOn() throws {
        var run = try PagedHeap.quiet().allocate(pageCount: 1, zeroed: true)
        let written = run.initialize { output in
            #expect(output.freeCapacity == PagedHeap.pageSize)
            for byte in 1...5 { output.append(UInt8(byte)) }
        }
        #expect(written == 5)
        run.withUnsafeBytes { #expect(Array($0.prefix(6)) == [1, 2, 3, 4, 5, 0]) }
        #expect(run.initialize { _ in } == 0)
    }

    @Test func errorsOfTheWriterAreRethrown() throws {
        struct Stop: Error {}
        var run = try PagedHeap.quiet().allocate(pageCount: 1)
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
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 40)
        run.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 1) }
        run.release()
        do {
            let again = try heap.allocate(pageCount: 40)
            let (first, isClean) = (again.span(of: UInt8.self)[0], again.isZeroed)
            #expect(first == 1 && !isClean)
        }
        let cleared = try heap.allocate(byteCount: 40 * 8192 - 1, zeroed: true)
        let (pages, isZeroed) = (cleared.pageCount, cleared.isZeroed)
        #expect(pages == 40 && isZeroed)
        cleared.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 0 }) }
    }
}
