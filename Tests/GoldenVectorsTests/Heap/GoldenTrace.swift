import PageHeapCore
import PageHeapSimulation

/// Drives an allocator and its scavenger through a trace of operations, and compares every result and every checkpoint.
final class GoldenTrace {
    private let binding: GoldenBinding
    private var heap: GoldenHeap?
    private var caches = Array(repeating: PageCache.empty, count: 4)
    /// The number of operations announced for the current run, and of those done so far.
    private var announced = 0
    private var done = 0
    /// Whether the present run has reached beyond this build's address space; the rest of it is left out.
    private var isBeyond = false

    init(_ binding: GoldenBinding = .everything) { self.binding = binding }

    /// Takes a line: a marker or an operation.
    func take(_ line: VectorValue, _ report: inout VectorReport) throws {
        if isBeyond {
            guard line.isObject, try line.member("t").text == "init" else { throw GoldenSpace.Beyond() }
            isBeyond = false
        }
        do { try follow(line, &report) } catch let beyond as GoldenSpace.Beyond {
            isBeyond = true
            (announced, done) = (0, 0)
            throw beyond
        }
    }

    private func follow(_ line: VectorValue, _ report: inout VectorReport) throws {
        if line.isObject {
            let marker = try line.member("t").text
            switch marker {
            case "init": try begin(line, &report)
            case "ck", "state": try checkpoint(line, &report, whole: marker == "state")
            default: throw try line.member("t").damage("\"init\", \"ck\" or \"state\"")
            }
        } else {
            try operate(line.elements(atLeast: 1), &report)
            done += 1
        }
    }

    /// Checks that the last run is complete.
    func finish(_ report: inout VectorReport) throws {
        if done != announced { throw VectorDamage("the run has \(done) operations, \(announced) were announced") }
    }

    private func begin(_ line: VectorValue, _ report: inout VectorReport) throws {
        try finish(&report)
        let physicalPage = try line.member("physPage").powerOfTwo(in: 4096...524_288)
        let hugePage = try line.member("hugePage")
        let heap = try GoldenHeap(
            physicalPage: physicalPage,
            hugePage: try hugePage.unsigned == 0 ? 0 : try hugePage.powerOfTwo(in: 8192...(1 << 40)))
        try heap.build(try line.member("chunks"))
        try heap.check(try line.member("chunks"), &report)
        heap.simulation.search.startGeneration(using: heap.simulation.system)
        self.heap = heap
        caches = Array(repeating: PageCache.empty, count: 4)
        announced = try line.member("ops").integer
        done = 0
    }

    private func checkpoint(_ line: VectorValue, _ report: inout VectorReport, whole: Bool) throws {
        guard let heap else { throw VectorDamage("a checkpoint before the first run") }
        try report.check("at", try line.member("at").integer, done)
        try heap.checkPages(line, &report)
        if binding == .everything { try heap.checkScavenged(line, &report) }
        try report.check("wrong system calls", [], heap.simulation.system.violations)
        if whole {
            try heap.check(try line.member("chunks"), &report, binding)
            if binding == .everything { try heap.checkSearch(line, &report) }
        }
    }

    private func operate(_ fields: [VectorValue], _ report: inout VectorReport) throws {
        guard let heap else { throw VectorDamage("an operation before the first run") }
        let simulation = heap.simulation
        func field(_ index: Int) throws -> VectorValue {
            guard index < fields.count else { throw VectorDamage("the operation lacks field [\(index)]") }
            return fields[index]
        }
        switch try fields[0].text {
        case "alloc":
            let got = simulation.pages.allocate(try field(1).pages(atMost: 1 << 30))
            try check(got, field(2), field(3), &report)
        case "free":
            let run = try heap.runInUse(field(1), field(2))
            simulation.pages.free(base: run.base, count: run.count)
        case "cache":
            let cache = simulation.pages.allocateToCache()
            caches[try field(1).integer(in: 0...3)] = cache
            try report.check("base", try field(2).integer, cache.isEmpty ? -1 : GoldenSpace.page(cache.base))
            try report.check("cache", try field(3).word.digits, cache.free.digits)
            if binding == .everything {
                try report.check("scav", try field(4).word.digits, cache.scavenged.digits)
            }
        case "calloc":
            let got = caches[try field(1).integer(in: 0...3)].allocate(try field(2).pages(atMost: 64))
            try check(got, field(3), field(4), &report)
        case "flush":
            simulation.pages.flush(&caches[try field(1).integer(in: 0...3)])
        case "grow":
            try heap.grow(field(1), count: try field(2).integer(in: 1...4096))
        case "scav", "gen":
            // Neither of the two changes what is allocated.
            if binding == .everything { try scavenge(heap, field, &report) }
        default: throw fields[0].damage("an operation")
        }
    }

    /// Releases memory, or starts a generation.
    private func scavenge(
        _ heap: GoldenHeap, _ field: (Int) throws -> VectorValue, _ report: inout VectorReport
    ) throws {
        let simulation = heap.simulation
        if try field(0).text == "scav" {
            let asked = try field(1).integer
            let bytes = asked < 0 ? ByteCount.maximum : ByteCount(UInt(asked))
            let got = simulation.search.scavenge(bytes, .background, using: simulation.system)
            try report.check("released", try field(2).unsigned, got.rawValue)
        } else {
            simulation.search.startGeneration(using: simulation.system)
            try report.check("generation", try field(1).integer, Int(simulation.searchSpace.generation))
            try report.check("reservation", try field(2).unsigned, simulation.searchSpace.reservationBytes.rawValue)
            try report.check(
                "search space", try field(3).elements.map { try GoldenHeap.pair($0) },
                Array(heap.searchRanges.suffix(12)))
        }
    }

    private func check(
        _ got: PageAllocation?, _ page: VectorValue, _ scavenged: VectorValue, _ report: inout VectorReport
    ) throws {
        try report.check("page", try page.integer, GoldenSpace.page(got))
        if binding == .everything {
            try report.check("scavBytes", try scavenged.unsigned, got?.scavenged.rawValue ?? 0)
        }
    }
}
