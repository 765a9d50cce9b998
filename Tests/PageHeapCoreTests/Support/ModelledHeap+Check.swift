import PageHeapCore

extension ModelledHeap {
    /// What the allocator and the model disagree on.
    struct Disagreement: Error { let text: String }

    func check<Value: Equatable>(_ what: @autoclosure () -> String, _ expected: Value, _ got: Value) throws {
        if expected != got { throw Disagreement(text: "\(what()): expected \(expected), got \(got)") }
    }

    /// Compares counts; if `thoroughly`, also everything else, and checks the allocator's own invariants.
    func check(thoroughly: Bool) throws {
        let pages = heap.simulation
        try check("free pages", model.free.count, Int(pages.pages.freePages.rawValue))
        try check("scavenged pages", model.scavenged.count, Int(pages.pages.scavengedPages.rawValue))
        guard thoroughly else { return }
        for chunk in model.chunks {
            let free = ReferencePages.words(of: model.free, chunk: chunk)
            let scavenged = ReferencePages.words(of: model.scavenged, chunk: chunk)
            let bitmaps = pages.pages.chunks[ChunkIndex(UInt(chunk))]
            for word in 0..<PageBitmap.wordCount {
                try check("pages in use, chunk \(chunk)", ~free[word], bitmaps.allocated.word(word))
                try check("scavenged pages, chunk \(chunk)", scavenged[word], bitmaps.scavenged.word(word))
            }
        }
        try checkRanges()
        try check("wrong system calls", [], heap.simulated.violations)
        // Last, because a failure here stops the process, and then nothing is shrunk.
        pages.pages.checkInvariants()
    }

    /// Compares the heap's ranges, and checks the search address.
    private func checkRanges() throws {
        let simulation = heap.simulation
        let ranges = (0..<simulation.pages.inUse.count).map { index in
            let range = simulation.pages.inUse[index]
            return Self.page(range.base)..<Self.page(range.limit)
        }
        try check("ranges", model.pages.runs, ranges)
        let search = simulation.pages.searchAddress
        if let first = model.free.firstFit(1) {
            try check("something is free below the search address", false, Self.address(first) < search)
        }
        if search != .maximum {
            try check("the search address is in the heap", true, model.pages.contains(Self.page(search)))
        }
    }

    // MARK: Release

    /// Releases up to this many bytes. The released pages must have been free and not yet released.
    mutating func scavenge(_ bytes: ByteCount) throws {
        let released = heap.scavenge(bytes)
        var fresh = 0
        for chunk in model.chunks {
            let before = ReferencePages.words(of: model.scavenged, chunk: chunk)
            let bitmaps = heap.simulation.pages.chunks[ChunkIndex(UInt(chunk))]
            for word in 0..<PageBitmap.wordCount where bitmaps.scavenged.word(word) != before[word] {
                let now = bitmaps.scavenged.word(word)
                try check("released before, chunk \(chunk)", before[word], before[word] & now)
                var news = now & ~before[word]
                while news != 0 {
                    let page = chunk << 9 + word << 6 + news.trailingZeroBitCount
                    try check("page \(page) was free when it was released", true, model.free.contains(page))
                    model.release(page..<(page + 1))
                    fresh += 1
                    news &= news - 1
                }
            }
        }
        try check("released bytes", fresh * 8192, Int(released.rawValue))
    }

    /// Releases everything.
    mutating func scavengeAll() throws {
        heap.simulation.search.startGeneration(atTop: true, using: heap.system)
        try scavenge(.maximum)
        let group = Int(heap.simulation.machine.pagesPerPhysicalPage.rawValue)
        try check("something left to release", false, model.hasCandidate(group: group))
    }
}
