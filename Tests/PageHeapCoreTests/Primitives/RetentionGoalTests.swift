import PageHeapCore
import Testing

/// Edge cases of the goal.
struct RetentionGoalTests {
    private func goal(_ inUse: UInt, _ heapGoal: UInt, _ lastHeapGoal: UInt, page: UInt = 4096) -> UInt? {
        RetentionGoal.forCycle(
            inUse: ByteCount(inUse), heapGoal: ByteCount(heapGoal), lastHeapGoal: ByteCount(lastHeapGoal),
            extraPercent: 10, physicalPage: ByteCount(page))?.rawValue
    }

    @Test func thereIsNoGoalBeforeTheFirstCycle() { #expect(goal(1 << 20, 5, 0) == nil) }

    @Test func aTenthIsAddedAndRoundedUpToPhysicalPages() {
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

    @Test func anOverflowingGoalIsTheLargestGoal() {
        let largest = UInt.max - 4095
        func demand(_ demand: UInt, _ percent: UInt) -> UInt {
            RetentionGoal.forDemand(ByteCount(demand), extraPercent: percent, physicalPage: 4096).rawValue
        }
        #expect(demand(.max, 0) == largest)
        #expect(demand(largest, 0) == largest)
        #expect(demand(largest + 1, 0) == largest)
        #expect(demand(.max / 2, 100) == largest)
        #expect(demand(.max / 2 + 1, 100) == largest)
        #expect(demand(1 << 40, .max) == largest)
        #expect(demand(99, .max) == 4096)
    }

    @Test func thePercentageIsAddedToDemand() {
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

    private func limitGoal(_ limit: UInt, mapped: UInt) -> UInt? {
        RetentionGoal.forLimit(ByteCount(limit), mapped: ByteCount(mapped))?.rawValue
    }

    /// An early version of the original multiplied by 95: the goal was then above the limit and always met.
    @Test func theLimitsGoalIsFivePercentBelowTheLimit() {
        #expect(Tunables.limitShare == 0.95)
        #expect(limitGoal(1000, mapped: 1000) == 950)
        #expect(limitGoal(1 << 30, mapped: 1 << 30) == 1_020_054_732)  // …732.8 truncated, and not rounded up to a page
        #expect(limitGoal(19, mapped: 19) == 18)
    }

    @Test func theLimitsGoalIsOffUntilMoreIsMapped() {
        #expect(limitGoal(1000, mapped: 0) == nil)
        #expect(limitGoal(1000, mapped: 949) == nil)
        #expect(limitGoal(1000, mapped: 950) == nil)
        #expect(limitGoal(1000, mapped: 951) == 950)  // less than a physical page above
    }

    @Test func aLimitBelowMemoryInUseKeepsItsGoal() {
        #expect(limitGoal(1000, mapped: 1 << 40) == 950)
        #expect(limitGoal(1, mapped: 4096) == 0)
    }

    @Test func aLimitOfZeroAsksForEverything() {
        #expect(limitGoal(0, mapped: 0) == nil)
        #expect(limitGoal(0, mapped: 1) == 0)
        #expect(limitGoal(0, mapped: .max) == 0)
    }

    @Test func theLargestLimitMeansNoLimit() {
        #expect(limitGoal(.max, mapped: 1 << 62) == nil)
        #expect(limitGoal(UInt(Int.max), mapped: 1 << 47) == nil)
        // The largest limit is a number all the same: 0.95 × 2^64, as a double.
        #expect(limitGoal(.max, mapped: .max) == 17_524_406_870_024_073_216)
    }
}
