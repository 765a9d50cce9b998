import Foundation
import PageHeap
import Testing

/// What a heap writes to standard error. Each test runs in a process of its own, so that nothing else writes there.
struct TraceTests {
    private static func releaseTwice(_ trace: PageHeap.Configuration.Trace) throws {
        var configuration = PageHeap.Configuration()
        configuration.releasesInBackground = false
        configuration.trace = trace
        let heap = try PageHeap(configuration)
        for _ in 0..<2 {
            try heap.allocate(pages: 40).release()
            heap.releaseFreeMemory()
        }
    }

    private func lines(_ result: ExitTest.Result) -> [String] {
        String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func nothingIsTracedByDefault() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.none)
        }
        #expect(!lines(result).contains { $0.contains("scav") })
    }

    @Test func theTextTraceMarksForcedReleases() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.text)
        }
        let found = lines(result).filter { $0.hasPrefix("scav ") }
        #expect(found.count == 4)
        #expect(found.count { $0.hasSuffix("(forced)") } == 2, "\(found)")
    }

    @Test func eachLineOfTheJSONTraceIsAnObject() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try Self.releaseTwice(.json)
        }
        let found = try lines(result).filter { $0.contains("\"scav\"") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(found.map { $0["forced"] as? Bool } == [false, true, false, true])
        #expect(found.last?["work"] as? Int == 40 * PageHeap.pageSize)
    }
}
