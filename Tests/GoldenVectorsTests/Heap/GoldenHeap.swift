import PageHeapCore
import PageHeapSimulation
import TestSupport

/// A page allocator over a simulated system, built from the chunks of a case. A damaged case is refused with the name
/// of the field, not carried out.
final class GoldenHeap {
    let simulation: SimulatedPages<SimulatedOperatingSystem>
    private let system: SimulatedOperatingSystem

    init(physicalPage: UInt = 4096, hugePage: UInt = 0) throws {
        system = SimulatedOperatingSystem(
            SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: ByteCount(hugePage)))
        guard let simulation = SimulatedPages(system) else {
            throw VectorDamage("no address space for the allocator's metadata")
        }
        self.simulation = simulation
    }

    /// Grows the chunks of a case, and then sets their bitmaps as the case says.
    func build(_ chunks: VectorValue) throws {
        let chunks = try chunks.elements
        for chunk in chunks { try grow(try chunk.elements(atLeast: 3)[0], count: 1) }
        for chunk in chunks {
            let fields = try chunk.elements(atLeast: 3)
            try set(GoldenSpace.chunk(try fields[0].integer), try fields[1].bitmap, try fields[2].bitmap, chunk)
        }
    }

    /// Sets the bitmaps of a chunk as the case says.
    private func set(
        _ chunk: ChunkIndex, _ allocated: PageBitmap, _ scavenged: PageBitmap, _ field: VectorValue
    ) throws {
        guard (0..<PageBitmap.wordCount).allSatisfy({ allocated.word($0) & scavenged.word($0) == 0 }) else {
            throw field.damage("bitmaps in which no page is in use and scavenged at once")
        }
        simulation.setBitmaps(of: chunk, allocated: allocated, scavenged: scavenged)
    }

    /// Grows chunks.
    ///
    /// - Throws: ``GoldenSpace/Beyond`` if this build's address space has no such chunks.
    func grow(_ first: VectorValue, count: Int) throws {
        let offset = try first.integer(in: 0...(GoldenSpace.originalChunkLimit - count))
        if offset + count > GoldenSpace.chunkLimit { throw GoldenSpace.Beyond() }
        let chunk = GoldenSpace.chunk(offset)
        guard system.place(chunk.base.rawValue, PageGeometry.chunkBytes * UInt(count)) else {
            throw first.damage("the index of a chunk that is not there yet")
        }
        guard simulation.grow(chunk, chunks: UInt(count)) else {
            throw VectorDamage("no memory for the allocator's metadata")
        }
    }

    /// Returns a run of pages, which must be in use.
    func runInUse(_ first: VectorValue, _ count: VectorValue) throws -> (base: OffsetAddress, count: PageCount) {
        let base = GoldenSpace.address(page: try first.integer(in: 0...(GoldenSpace.originalPageLimit - 1)))
        let pages = try count.pages(atMost: 1 << 24)
        let last = base + pages.bytes - 1
        let ranges = simulation.pages.inUse.successor(of: base)
        guard simulation.pages.inUse.contains(base), simulation.pages.inUse.contains(last),
            simulation.pages.inUse.successor(of: last) == ranges,
            simulation.pages.isAllocated(base: base, count: pages)
        else { throw first.damage("the first page of a run of \(pages.rawValue) pages in use") }
        return (base, pages)
    }

    /// The chunks of the heap, in address order.
    var chunks: [ChunkIndex] {
        var chunks: [ChunkIndex] = []
        for index in 0..<simulation.pages.inUse.count {
            let range = simulation.pages.inUse[index]
            let end = ChunkIndex(containing: range.limit).rawValue
            chunks += (ChunkIndex(containing: range.base).rawValue..<end).map { ChunkIndex($0) }
        }
        return chunks
    }

    /// Compares the bitmaps with those of a case.
    func check(
        _ expected: VectorValue, _ report: inout VectorReport, _ binding: GoldenBinding = .everything
    ) throws {
        let chunks = chunks
        let expectedChunks = try expected.elements
        try report.check("\(expected.field).count", expectedChunks.count, chunks.count)
        for (chunk, value) in zip(chunks, expectedChunks) {
            let fields = try value.elements(atLeast: 3)
            let bitmaps = simulation.pages.chunks[chunk]
            try report.check(fields[0].field, try fields[0].integer, GoldenSpace.chunk(chunk.base))
            try report.check(fields[1].field, try fields[1].bitmap.digits, Self.digits(bitmaps.allocated))
            if binding == .everything {
                try report.check(fields[2].field, try fields[2].bitmap.digits, Self.digits(bitmaps.scavenged))
            }
        }
    }

    private static func digits(_ bitmap: SharedPageBitmap) -> [String] {
        (0..<PageBitmap.wordCount).map { bitmap.word($0).digits }
    }
}
