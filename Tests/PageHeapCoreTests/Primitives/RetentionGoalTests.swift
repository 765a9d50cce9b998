import PageHeapCore
import Testing

/// The goal's edges.
@Suite("Goal")
struct RetentionGoalTests {
    private func goal(_ inUse: UInt, _ heapGoal: UInt, _ lastHeapGoal: UInt, page: UInt = 4096) -> UInt? {
        RetentionGoal.forCycle(
            inUse: ByteCount(inUse), heapGoal: ByteCount(heapGoal), lastHeapGoal: ByteCount(lastHeapGoal),
            extraPercent: 10, physicalPage: ByteCount(page))?.rawValue
    }

    @Test func thereIsNoneBeforeTheFirstCycle() { #expect(goal(1 << 20, 5, 0) == nil) }

    @Test func aTenthIsAddedAndThePhysicalPageFilled() {
        #expect(goal(1_000_000, 7, 7) == 1_101_824)  // 1,100,000 rounded up
        #expect(goal(409_600, 1, 1, page: 512 << 10) == 512 << 10)
        #expect(goal(0, 9, 3) == 0)
        #expect(goal(4096, 1, 2, page: 64) == 2304)  // 2048 + 204, rounded up
    }

    @Test func theRatioIsThatOfTheHeapGoals() {
        #expect(goal(1 << 30, 3, 2, page: 1) == 1_771_674_009)  // 1.5 GiB and a tenth, truncated
        #expect(goal(10, 1, 3, page: 1) == 3)  // 3.33 truncated; a tenth of 3 is 0
    }

    @Test func aGoalBeyondAllMemoryDoesNotTrap() { #expect(goal(1 << 62, 1 << 40, 1) != nil) }

    @Test func extraInPercent() {
        func demand(_ percent: UInt) -> UInt {
            RetentionGoal.forDemand(1000, extraPercent: percent, physicalPage: 1).rawValue
        }
        #expect([0, 1, 10, 15, 30, 100].map(demand) == [1000, 1010, 1100, 1150, 1300, 2000])
    }

    @Test func theScavengerIsOffBelowAPhysicalPage() {
        func effective(_ goal: ByteCount?, _ retained: UInt) -> ByteCount? {
            RetentionGoal.effective(goal, retained: ByteCount(retained), physicalPage: 4096)
        }
        #expect(effective(nil, 1 << 30) == nil)
        #expect(effective(8192, 8192) == nil)
        #expect(effective(8192, 4096) == nil)
        #expect(effective(8192, 8192 + 4095) == nil)
        #expect(effective(8192, 8192 + 4096) == 8192)
    }
}
