import CPageHeap
import Synchronization

/// What the threads' generators of random numbers begin with. Valid when zeroed: then they are the same in each process.
package struct RandomSeed: ~Copyable {
    var seed: UInt64
    /// The number of generators so far. Relaxed: it only tells them apart.
    let threadCount: Atomic<UInt64>
}

extension MallocHeap {
    /// Sets what the threads' random numbers begin with. Called once, before the first request.
    package func seedRandom(_ seed: UInt64) { state.pointee.random.seed = seed }

    /// Returns equally distributed bits from the thread's own generator.
    func nextRandom(_ slot: UnsafeMutablePointer<pageheap_thread_slot>) -> UInt64 {
        if slot.pointee.random_state == 0 {
            let number = state.pointee.random.threadCount.wrappingAdd(1, ordering: .relaxed).newValue
            var start = state.pointee.random.seed ^ number &* 0xD1B5_4A32_D192_ED03
            slot.pointee.random_state = SampleRate.random(&start) | 1
        }
        return SampleRate.random(&slot.pointee.random_state)
    }
}
