import PageHeapSimulation
import PageHeapTrace
import TestSupport

/// The seed of the random tests: the one in PAGEHEAP_SEED, else 1.
let traceSeed: UInt64 = environmentNumber("PAGEHEAP_SEED") ?? 1

/// Random events that an allocator could have caused: blocks are allocated before they are freed, and each address has one block
/// at a time.
struct RandomEvents {
    private var generator: SeededGenerator
    private var live: [UInt64] = []
    private var free: [UInt64] = []
    private var nextAddress: UInt64 = 0x5555_5555_0000
    private var time: UInt64 = 0
    private let threads: UInt32

    init(seed: UInt64, threads: UInt32) {
        generator = SeededGenerator(seed: seed)
        self.threads = threads
    }

    static func events(_ count: Int, seed: UInt64, threads: UInt32) -> [AllocationEvent] {
        var random = RandomEvents(seed: seed, threads: threads)
        return (0..<count).map { _ in random.next() }
    }

    mutating func next() -> AllocationEvent {
        // Times stand still often: events of one time must keep their order, too.
        if Bool.random(using: &generator) { time += .random(in: 0...5000, using: &generator) }
        // Each thread begins once, in the order of the numbers that the trace will give it.
        return AllocationEvent(time: time, thread: .random(in: 0..<threads, using: &generator), action: action())
    }

    private mutating func action() -> AllocationAction {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<9 where !live.isEmpty: return .free(block: takeLive())
        case 9 where !live.isEmpty:
            let old = takeLive()
            let new = Bool.random(using: &generator) ? old : freshAddress()
            if new != old { free.append(old) }
            live.append(new)
            return .reallocate(block: old, to: new, bytes: size())
        default:
            let block = freshAddress()
            live.append(block)
            let alignment: UInt64 =
                Int.random(in: 0..<10, using: &generator) == 0 ? 1 << UInt64.random(in: 3..<20, using: &generator) : 0
            return .allocate(
                block: block, bytes: size(), alignment: alignment,
                isZeroed: Int.random(in: 0..<5, using: &generator) == 0)
        }
    }

    private mutating func takeLive() -> UInt64 {
        let block = live.remove(at: .random(in: live.indices, using: &generator))
        free.append(block)
        return block
    }

    /// An address that no block has: often the one that was freed last, seldom an odd or a far one.
    private mutating func freshAddress() -> UInt64 {
        if Bool.random(using: &generator), let block = free.popLast(), !live.contains(block) { return block }
        switch Int.random(in: 0..<50, using: &generator) {
        case 0: nextAddress &+= .random(in: 0..<(1 << 56), using: &generator)
        case 1: nextAddress &+= 1
        default: nextAddress &+= 16 * .random(in: 1...100_000, using: &generator)
        }
        while live.contains(nextAddress) { nextAddress &+= 16 }
        return nextAddress
    }

    private mutating func size() -> UInt64 {
        let bits = UInt64.random(in: 0..<64, using: &generator)
        return .random(in: 0...(1 << (bits < 40 ? bits % 12 : bits)), using: &generator)
    }
}
