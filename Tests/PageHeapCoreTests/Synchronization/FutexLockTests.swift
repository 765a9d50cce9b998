import Dispatch
import PageHeapCore
import TestSupport
import Testing

/// The lock with several threads.
struct FutexLockTests {
    /// A counter that only its lock keeps right.
    private final class Counter: @unchecked Sendable {
        let lock = FutexLock<LockRanks.Worker>()
        var value = 0
    }

    @Test func theLockKeepsThreadsApart() {
        let counter = Counter()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<5000 {
                counter.lock.lock()
                counter.value += 1
                counter.lock.unlock()
            }
        }
        #expect(counter.value == 40_000)
    }

    @Test func tryingAHeldLockFails() {
        let counter = Counter()
        let first = counter.lock.tryLock()
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            // On another thread or on this one: the lock is held either way.
            let taken = counter.lock.tryLock()
            #expect(!taken)
        }
        counter.lock.unlock()
        let second = counter.lock.tryLock()
        counter.lock.unlock()
        #expect(first && second)
    }

    @Test func tryingAndWaitingCanBeMixed() {
        let counter = Counter()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for _ in 0..<2000 {
                if thread % 2 == 0 {
                    while !counter.lock.tryLock() {}
                } else {
                    counter.lock.lock()
                }
                counter.value += 1
                counter.lock.unlock()
            }
        }
        #expect(counter.value == 8000)
    }

    #if DEBUG
        @Test func takingLocksOutOfOrderStopsTheProgram() async throws {
            let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let heap = FutexLock<LockRanks.Heap>()
                let search = FutexLock<LockRanks.Search>()
                search.lock()
                heap.lock()
            }
            let errors = lines(of: result.standardErrorContent)
            #expect(errors.contains("pageheap: locks are taken out of order; ranks held, and the rank to take: 0x4005"))
        }
    #endif
}
