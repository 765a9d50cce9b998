import Foundation
import Testing

@testable import PageHeapTool

struct CompareResultTests {
    @Test func aSpreadHasLowestMedianAndHighest() throws {
        #expect(FigureSpread([]) == nil)
        #expect(FigureSpread([3])?.median == 3)
        let odd = try #require(FigureSpread([9, 1, 4]))
        #expect((odd.lowest, odd.median, odd.highest) == (1, 4, 9))
        #expect(FigureSpread([1, 2, 10, 4])?.median == 3)
    }

    @Test func eachRoundBeginsWithAnotherAllocator() {
        let order = CompareSession.order(allocators: 3, rounds: 4)
        #expect(order.map(\.allocator) == [0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2])
        #expect(order.map(\.round) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
    }

    @Test func theRunOfMedianLengthIsShown() {
        let runs = [4.0, 9, 5, 7].enumerated().map { CompareRun.make(round: $0 + 1, seconds: $1) }
        let result = CompareResult.make([("PageHeap", runs)])
        #expect(result.allocators[0].medianRun?.wallSeconds == 5)
    }

    @Test func runsThatEndedDifferentlyDoNotCount() {
        let result = CompareResult.make([
            ("PageHeap", [.make(seconds: 2), .make(seconds: 4)]),
            ("glibc", [.make(seconds: 3), .make(seconds: 5)]),
            ("jemalloc", [.make(seconds: 1, code: 139, signal: 11), .make(seconds: 6)]),
            ("mimalloc", [.make(seconds: 1, code: 3), .make(seconds: 1, code: 4)]),
        ])
        #expect(result.expected == .exited(code: 0))
        #expect(!result.endingsAgree)
        #expect(result.allocators[2].spread(of: .wallSeconds)?.median == 6)
        #expect(result.allocators[3].spread(of: .wallSeconds) == nil)
        #expect(result.ratio(of: .wallSeconds, for: result.allocators[0]) == 0.75)
        #expect(result.ratio(of: .wallSeconds, for: result.allocators[3]) == nil)
        #expect(
            result.remarks == [
                "Under jemalloc the program was killed by signal 11 (SIGSEGV) in 1 of 2 runs, which do not count; "
                    + "otherwise it exited with 0.",
                "Under mimalloc the program exited with 3 or exited with 4 in 2 of 2 runs, which do not count; "
                    + "otherwise it exited with 0.",
            ])
    }

    @Test func theReferenceDecidesBetweenEquallyFrequentEndings() {
        let result = CompareResult.make([("PageHeap", [.make(code: 1)]), ("glibc", [.make(code: 2)])])
        #expect(result.expected == .exited(code: 2))
        let same = CompareResult.make([("PageHeap", [.make(code: 1)]), ("glibc", [.make(code: 1)])])
        #expect(same.endingsAgree)
        #expect(same.remarks == ["The program exited with 1 under every allocator."])
        #expect(!CompareResult.make([("PageHeap", []), ("glibc", [])]).hasRuns)
    }

    @Test func aColumnWhoseSubjectWasOnAnotherMallocSaysSo() {
        let stranger = LibraryCensus.Stranger(
            name: "server", processIdentifier: 7, cause: .isStatic, peakResidentBytes: ByteCount(90 << 20))
        let result = CompareResult.make([
            ("PageHeap", [.make(), .make(stranger: stranger)]), ("glibc", [.make(), .make()]),
        ])
        #expect(
            result.remarks == [
                "The largest process under PageHeap, 'server' with 90.0 MiB, did not run on PageHeap: it is statically linked."
            ])
    }

    @Test func theTableSaysHowManyRunsItsMediansAreOf() {
        func medianOf(_ counts: Int...) -> String {
            let runs = counts.map { count in (0..<count).map { CompareRun.make(round: $0 + 1) } }
            return CompareResult.make(runs.enumerated().map { ("allocator \($0)", $1) }).medianOf
        }
        #expect(medianOf(3, 3) == "median of 3")
        #expect(medianOf(2, 1) == "median of 1 to 2")
        #expect(medianOf(1, 0) == "one run")
    }

    @Test func memoryThatWasNotSeenIsNoFigure() {
        let result = CompareResult.make([("PageHeap", [.make(peak: nil)]), ("glibc", [.make()])])
        #expect(result.allocators[0].spread(of: .peakResidentBytes) == nil)
        #expect(result.allocators[0].spread(of: .wallSeconds) != nil)
    }

    @Test func everyKeyIsInTheJSON() throws {
        let result = CompareResult.make([("PageHeap", [.make()]), ("glibc", [])], notFound: ["tbb"])
        let object = try JSONSerialization.jsonObject(with: Data(try result.json()))
        let root = try #require(object as? [String: Any])
        #expect(
            Set(root.keys) == [
                "pageheapVersion", "command", "startedAt", "rounds", "intervalMilliseconds", "reference", "exitCode",
                "signal", "endingsAgree", "remarks", "notFound", "allocators",
            ])
        #expect(root["signal"] is NSNull)
        let allocators = try #require(root["allocators"] as? [[String: Any]])
        #expect(allocators.count == 2)
        for allocator in allocators {
            #expect(
                Set(allocator.keys) == ["name", "library", "runs", "countedRuns", "figures", "curveRound", "curve"])
            let figures = try #require(allocator["figures"] as? [String: [String: Any]])
            #expect(Set(figures.keys) == Set(CompareFigure.allCases.map(\.rawValue)))
            #expect(figures.values.allSatisfy { Set($0.keys) == ["median", "lowest", "highest", "ratio"] })
        }
        #expect(allocators[1]["library"] is NSNull)
        #expect((allocators[0]["curve"] as? [[String: Any]])?.count == 3)
        let run = try #require((allocators[0]["runs"] as? [[String: Any]])?.first)
        #expect(run.count == 18)
        #expect(run["lastDropSeconds"] is NSNull)
    }
}
