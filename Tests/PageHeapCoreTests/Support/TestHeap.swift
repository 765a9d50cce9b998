import PageHeapCore
import PageHeapSimulation
import TestSupport

/// A page allocator over a simulated system, described by chunks and runs of pages, whose calls are recorded and can be
/// made to fail.
final class TestHeap {
    typealias System = RecordingOperatingSystem<FailingOperatingSystem<SimulatedOperatingSystem>>

    let simulated: SimulatedOperatingSystem
    let failing: FailingOperatingSystem<SimulatedOperatingSystem>
    let system: System
    let simulation: SimulatedPages<System>

    /// A chunk somewhere inside a root entry and a block of the chunk map. In a small address space nearly all of it
    /// lies above.
    static let someChunk = ChunkIndex(min(3 * 8192 + 1000, PageGeometry.row.chunkCount / 1024 * 8))

    init(physicalPage: ByteCount = 4096, hugePage: ByteCount = 0) throws {
        simulated = SimulatedOperatingSystem(SimulatedMachine(physicalPage: physicalPage, hugePage: hugePage))
        failing = FailingOperatingSystem(simulated)
        system = RecordingOperatingSystem(failing)
        guard let simulation = SimulatedPages(system) else { throw Refused() }
        self.simulation = simulation
    }

    /// The simulated system refused what a test relies on.
    struct Refused: Error {}

    /// Grows the chunk at an offset from ``someChunk``, and sets its bitmaps from runs of pages.
    func add(_ offset: Int, allocated: [[Int]] = [], scavenged: [[Int]] = []) throws {
        let chunk = Self.someChunk + ChunkIndex(UInt(offset))
        try grow(chunk, chunks: 1)
        simulation.setBitmaps(of: chunk, allocated: PageBitmap(allocated), scavenged: PageBitmap(scavenged))
    }

    /// Grows chunks, whose memory the system provides first.
    func grow(_ first: ChunkIndex, chunks: UInt) throws {
        guard simulated.place(first.base.rawValue, PageGeometry.chunkBytes * chunks),
            simulation.grow(first, chunks: chunks)
        else { throw Refused() }
    }

    /// The words of the scavenged bits of a chunk.
    func scavenged(_ offset: Int) -> [UInt64] {
        let pages = simulation.pages.chunks[Self.someChunk + ChunkIndex(UInt(offset))]
        return (0..<PageBitmap.wordCount).map { pages.scavenged.word($0) }
    }

    /// Starts a generation.
    func startGeneration() { simulation.search.startGeneration(using: system) }

    /// Releases up to `bytes`, and returns how many it was.
    func scavenge(_ bytes: ByteCount) -> ByteCount {
        simulation.search.scavenge(bytes, .background, using: system)
    }

    /// The address of a page of a chunk.
    static func address(_ offset: Int, page: UInt) -> UInt {
        (someChunk + ChunkIndex(UInt(offset))).address(of: PageIndex(page)).rawValue
    }
}
