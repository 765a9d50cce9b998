import Foundation
import PageHeap
import TestSupport
import Testing

/// What a heap writes to standard error. Each test runs in a process of its own, so that nothing else writes there.
struct TraceTests {
    private static func releaseTwice(_ trace: PagedHeap.Configuration.Trace) throws {
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        configuration.trace = trace
        let heap = try PagedHeap(configuration)
        for _ in 0..<2 {
            try heap.allocate(pageCount: 40).release()
            heap.releaseFreeMemory()
        }
    }

    @Test func nothingIsTracedByDefault() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.none)
        }
        #expect(!lines(of: result.standardErrorContent).contains { $0.contains("scav") })
    }

    @Test func theTextTraceMarksForcedReleases() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.text)
        }
        let found = lines(of: result.standardErrorContent).filter { $0.hasPrefix("scav ") }
        #expect(found.count == 4)
        #expect(found.count { $0.hasSuffix("(forced)") } == 2, "\(found)")
    }

    @Test func eachLineOfTheJSONTraceIsAnObject() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.json)
        }
        let found = try lines(of: result.standardErrorContent).filter { $0.contains("\"scav\"") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(found.map { $0["forced"] as? Bool } == [false, true, false, true])
        #expect(found.last?["work"] as? Int == 40 * PagedHeap.pageSize)
    }
}
