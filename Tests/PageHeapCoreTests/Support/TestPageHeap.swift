import PageHeapCore
import PageHeapSimulation

/// A whole heap of pages on a system whose calls are recorded and can be refused, for one test on one thread.
final class TestPageHeap: RefusableHeap {
    /// The memory of a heap, and of the spans above it if it has some.
    struct State: ~Copyable {
        var heap: HeapState<TestHeap.System>
        var spans: SpanMapState
    }

    /// A heap, and the spans above it.
    struct Layers {
        let heap: Heap<TestHeap.System>
        let spans: SpanMap<TestHeap.System>?

        /// Starts a heap in memory of the size of a ``State``; nil if the system refuses.
        init?(
            in memory: UnsafeMutableRawPointer, _ system: TestHeap.System, keepsSpans: Bool,
            _ configuration: HeapConfiguration = HeapConfiguration.original, releases method: ReleaseMethod? = nil
        ) {
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
            let state = memory.assumingMemoryBound(to: State.self)
            var configuration = configuration
            configuration.runsWorker = false
            if let method { configuration.releaseMethod = method }
            let place = withUnsafeMutablePointer(to: &state.pointee.heap) { $0 }
            guard keepsSpans else {
                spans = nil
                guard let heap = Heap.start(in: place, system: system, configuration: configuration) else { return nil }
                self.heap = heap
                return
            }
            configuration.reservationBytes = Tunables.mallocReservationBytes
            configuration.firstBytes = Tunables.mallocFirstBytes
            heap = Heap(place)
            let spans = SpanMap(withUnsafeMutablePointer(to: &state.pointee.spans) { $0 }, heap: heap)
            self.spans = spans
            if Heap.start(in: place, system: system, configuration: configuration, for: spans) == nil { return nil }
        }

        func shutDown() {
            if let spans { heap.shutDown(for: spans) } else { heap.shutDown() }
        }
    }

    let system: TestHeap.System
    let spans: SpanMap<TestHeap.System>?
    let heap: Heap<TestHeap.System>
    private let layers: Layers
    private let memory: UnsafeMutableRawPointer

    init(
        _ machine: SimulatedMachine = SimulatedMachine(), keepsSpans: Bool = false,
        _ configuration: HeapConfiguration = HeapConfiguration.original, releases method: ReleaseMethod? = nil
    ) throws {
        system = RecordingOperatingSystem(FailingOperatingSystem(SimulatedOperatingSystem(machine)))
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        guard let layers = Layers(in: memory, system, keepsSpans: keepsSpans, configuration, releases: method) else {
            memory.deallocate()
            throw TestHeap.Refused()
        }
        self.layers = layers
        heap = layers.heap
        spans = layers.spans
    }

    deinit {
        layers.shutDown()
        memory.deallocate()
    }

    var simulated: SimulatedOperatingSystem { system.base.base }

    func allocate(_ pages: UInt, alignment: UInt = 1) -> UInt? {
        let (count, alignment) = (PageCount(pages), PageCount(alignment))
        guard let spans else { return heap.allocatePages(count, alignment: alignment, shard: 0)?.address }
        return heap.allocatePages(count, alignment: alignment, shard: 0, for: spans)?.address
    }

    /// Allocates pages and touches them.
    func use(_ pages: UInt) throws -> UInt {
        guard let address = allocate(pages) else { throw TestHeap.Refused() }
        simulated.touch(address, PageCount(pages).bytes)
        return address
    }

    /// Makes runs of pages, and frees all but every `step`th of them.
    ///
    /// - Returns: the addresses of those in use.
    func makeFragments(_ count: Int, ofPages pages: UInt, keepingEach step: Int) throws -> [UInt] {
        let runs = try (0..<count).map { _ in try use(pages) }
        for (place, address) in runs.enumerated() where place % step != 0 { heap.freePages(address, PageCount(pages)) }
        return runs.enumerated().filter { $0.offset % step == 0 }.map(\.element)
    }

    /// The memory that the heap has from the system by its own books, as a memory limit counts it.
    var mapped: ByteCount {
        let figures = heap.figures()
        return figures.ledger.retained + figures.metadata
    }

    var state: [String: UInt] {
        // Space made accessible ahead, and what a page cache holds, may change; neither costs memory.
        let ledger = heap.figures().ledger
        return ["in use": ledger.inUse.rawValue, "retained": ledger.retained.rawValue]
    }

    func checkInvariants() { heap.checkInvariants() }
}

extension Heap {
    /// Allocates pages of a heap with no layer above it.
    func allocatePages(
        _ count: PageCount, alignment: PageCount, shard: Int
    ) -> (address: UInt, scavenged: ByteCount)? {
        allocatePages(count, alignment: alignment, shard: shard, for: NoRangeUser())
    }

    /// Grows a run of a heap with no layer above it.
    func growInPlace(at address: UInt, by count: PageCount) -> ByteCount? {
        growInPlace(at: address, by: count, for: NoRangeUser())
    }
}
