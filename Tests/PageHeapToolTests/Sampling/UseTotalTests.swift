import Testing

@testable import PageHeapTool

struct UseTotalTests {
    /// Returns the totals after each of some sums of CPU time and faults.
    private func totals(_ sums: [(cpu: Double, faults: UInt64)]) -> [ProcessUse] {
        var total = UseTotal()
        return sums.map { sum in
            total.note(ProcessUse(cpuSeconds: sum.cpu, minorFaults: sum.faults), processes: 1)
            return total.value
        }
    }

    @Test func whatIsMissedOnceIsNotCountedTwice() {
        let totals = totals([(5, 500), (1, 100), (5.1, 510), (5.2, 520)])
        #expect(totals.map(\.cpuSeconds) == [5, 5, 5.1, 5.2])
        #expect(totals.map(\.minorFaults) == [500, 500, 510, 520])
    }

    @Test func whatTheKernelDropsStaysCounted() {
        let totals = totals([(5, 500), (1, 100), (1, 100), (2, 200), (3, 300)])
        #expect(totals.map(\.cpuSeconds) == [5, 5, 5, 6, 7])
        #expect(totals.map(\.minorFaults) == [500, 500, 500, 600, 700])
    }

    @Test func lessThanATickIsNotLost() {
        let totals = totals([(0.019, 1), (0.01, 1), (0.01, 1), (0.05, 1)])
        #expect(totals.map(\.cpuSeconds) == [0.019, 0.019, 0.019, 0.05])
    }
}
