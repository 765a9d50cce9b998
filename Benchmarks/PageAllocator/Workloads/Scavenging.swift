/// D: finds and releases all free memory of 1 GiB, without a system call.
struct Scavenging: Workload {
    enum Contents: String {
        /// D1: each page is free with a chance of one half.
        case randomPages = "D1"
        /// D2: free runs of 1 to 64 pages.
        case runs = "D2"
    }

    enum Amount: String {
        /// 64 KiB per call, as the background worker asks for.
        case quantum = "64KiB"
        /// Everything in one call.
        case everything = "all"

        var bytes: ByteCount { self == .quantum ? ByteCount(64 << 10) : .maximum }
    }

    private let contents: Contents
    private let amount: Amount
    let rows: [Row]

    init(
        _ contents: Contents, _ amount: Amount, pageReference: Double, callReference: Double, pageGoal: Double? = nil
    ) {
        self.contents = contents
        self.amount = amount
        let released: UInt = contents == .randomPages ? 538_222_592 : 529_743_872
        let calls =
            switch (contents, amount) {
            case (.randomPages, .quantum): 8214
            case (.runs, .quantum): 8085
            case (_, .everything): 2
            }
        let expected = Self.evidence(calls: calls, released: ByteCount(released))
        let name = "\(contents.rawValue) \(amount.rawValue)"
        rows = [
            Row("\(name) page", expected, reference: pageReference, goal: pageGoal),
            Row("\(name) call", expected, reference: callReference, countsInMean: false),
        ]
    }

    private static func evidence(calls: Int, released: ByteCount) -> Evidence {
        Evidence("calls=\(calls) bytes=\(released.rawValue) freed=\(released.pagesRoundedUp.rawValue)")
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: 1 << 30)
        try heap.fill()
        switch contents {
        case .randomPages: heap.punchRandomly(below: heap.pages)
        case .runs: heap.punchRuns()
        }
        let system = NoReleaseSystem()
        guard let empty = SearchSpace(using: system) else { throw .noMemory }
        let space = UnsafeMutablePointer<SearchSpace>.allocate(capacity: 1)
        space.initialize(to: empty)
        defer {
            space.pointee.cancel(using: system)
            space.deinitialize(count: 1)
            space.deallocate()
        }
        let machine = MachineFigures(physicalPage: 4096, hugePage: ByteCount(2 << 20))
        let search = ScavengeSearch(heap: heap.locked, space: space, machine: machine)
        search.startGeneration(using: system)
        return Self.measure(search, amount.bytes, system)
    }

    @inline(never)
    private static func measure(_ search: ScavengeSearch, _ bytes: ByteCount, _ system: NoReleaseSystem) -> [Sample] {
        var released: ByteCount = 0
        var calls = 0
        let watch = Stopwatch()
        while true {
            let step = search.scavenge(bytes, .background, using: system)
            calls &+= 1
            if step == 0 { break }
            released += step
        }
        let nanoseconds = watch.nanoseconds(per: 1)
        let evidence = evidence(calls: calls, released: released)
        return [Double(released.pagesRoundedUp.rawValue), Double(calls)].map {
            Sample(nanoseconds: nanoseconds / $0, evidence: evidence)
        }
    }
}
