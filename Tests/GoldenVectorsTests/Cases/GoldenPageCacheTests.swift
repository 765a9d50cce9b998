import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares page caches with the recorded cases: allocation, filling and flushing.
struct GoldenPageCacheTests {
    @Test(.golden("page_cache"))
    func allocationFromACacheMatchesTheRecordedCases() throws {
        try checkGolden("page_cache") { line, report in
            var cache = try Self.cache(line)
            for value in try line.member("allocs").elements {
                let fields = try value.elements(atLeast: 5)
                let got = cache.allocate(try fields[0].pages(atMost: 64))
                try report.check(fields[1].field, try fields[1].integer, GoldenSpace.page(got))
                try report.check(fields[2].field, try fields[2].unsigned, got?.scavenged.rawValue ?? 0)
                try report.check(fields[3].field, try fields[3].word.digits, cache.free.digits)
                try report.check(fields[4].field, try fields[4].word.digits, cache.scavenged.digits)
            }
        }
    }

    @Test(.golden("page_cache_flush"))
    func flushingACacheMatchesTheRecordedCases() throws {
        try checkGolden("page_cache_flush") { line, report in
            let heap = try GoldenHeap()
            try heap.build(try line.member("chunks"))
            var cache = try Self.cache(line)
            guard cache.isEmpty || heap.simulation.pages.inUse.contains(cache.base) else {
                throw try line.member("base").damage("a page of the chunks")
            }
            try report.check(
                "searchBefore", try line.member("searchBefore").integer,
                GoldenSpace.page(heap.simulation.pages.searchAddress))
            heap.simulation.pages.flush(&cache)
            try report.check("empty", try line.member("empty").bool, cache.isEmpty)
            try heap.check(try line.member("after"), &report)
            try report.check(
                "searchAfter", try line.member("searchAfter").integer,
                GoldenSpace.page(heap.simulation.pages.searchAddress))
        }
    }

    @Test(.golden("alloc_to_cache"))
    func fillingACacheMatchesTheRecordedCases() throws {
        try checkGolden("alloc_to_cache") { line, report in
            let heap = try GoldenHeap()
            try heap.build(try line.member("chunks"))
            for value in try line.member("caches").elements {
                let fields = try value.elements(atLeast: 4)
                let cache = heap.simulation.pages.allocateToCache()
                try report.check(
                    fields[0].field, try fields[0].integer, cache.isEmpty ? -1 : GoldenSpace.page(cache.base))
                try report.check(fields[1].field, try fields[1].word.digits, cache.free.digits)
                try report.check(fields[2].field, try fields[2].word.digits, cache.scavenged.digits)
                try report.check(
                    fields[3].field, try fields[3].integer, GoldenSpace.page(heap.simulation.pages.searchAddress))
            }
            try heap.check(try line.member("after"), &report)
        }
    }

    private static func cache(_ line: VectorValue) throws -> PageCache {
        let page = try line.member("base").integer(in: 0...(GoldenSpace.originalPageLimit - 64))
        guard page % 64 == 0 else { throw try line.member("base").damage("a multiple of 64") }
        return PageCache(
            base: GoldenSpace.address(page: page), free: try line.member("cache").word,
            scavenged: try line.member("scav").word)
    }
}
