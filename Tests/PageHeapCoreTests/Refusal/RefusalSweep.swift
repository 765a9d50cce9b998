import PageHeapCore
import PageHeapSimulation
import Testing

/// Carries out an operation once for each system call that it makes, with that call refused, and once more with all
/// calls from that one on refused.
///
/// Either the operation finds another way, or it returns 'no memory', has changed nothing, and works when it is tried
/// again.
struct RefusalSweep<Heap: RefusableHeap> {
    /// Makes the heap as it is before the operation. Only one heap exists at a time.
    private let make: () throws -> Heap
    /// Carries out the operation. Returns an address, or nil if there is no memory.
    private let operation: (Heap) -> UInt?

    init(of make: @escaping () throws -> Heap, operation: @escaping (Heap) -> UInt?) {
        self.make = make
        self.operation = operation
    }

    /// How the operation ends if nothing is refused.
    private struct Expected {
        var address: UInt
        var state: [String: UInt]
        /// Calls that ask for memory.
        var calls: Int
    }

    /// Returns how often the operation was refused.
    @discardableResult
    func run(_ name: String) throws -> Int {
        let expected = try expectation(name)
        var refusals = 0
        for first in 1...max(expected.calls, 1) where expected.calls > 0 {
            for last in [first, Int.max] where try isRefused(first...last, "\(name), call \(first)", expected) {
                refusals += 1
            }
        }
        return refusals
    }

    private func expectation(_ name: String) throws -> Expected {
        let heap = try make()
        heap.system.forget()
        let address = try #require(operation(heap), "\(name): refused by a system that refuses nothing")
        let calls = heap.system.calls.count { $0.kind.asksForMemory }
        return Expected(address: address, state: heap.state, calls: calls)
    }

    private func isRefused(_ requests: ClosedRange<Int>, _ name: String, _ expected: Expected) throws -> Bool {
        let heap = try make()
        let before = heap.state
        heap.system.base.follow(FailurePlan(requests: requests))
        let got = operation(heap)
        heap.system.base.follow(FailurePlan())
        heap.checkInvariants()
        let violations = heap.system.base.base.violations
        #expect(violations == [], "\(name)")
        if let got {
            #expect(got == expected.address, "\(name): found another way, and another place")
            return false
        }
        #expect(heap.state == before, "\(name)")
        #expect(operation(heap) == expected.address, "\(name), tried again")
        heap.checkInvariants()
        #expect(heap.state == expected.state, "\(name), tried again")
        return true
    }
}
