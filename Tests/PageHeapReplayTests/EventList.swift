import PageHeapSimulation
import PageHeapTrace

/// Events that are in memory.
struct EventList: AllocationEventSource {
    let events: [AllocationEvent]
    private var position = 0

    init(_ events: [AllocationEvent]) { self.events = events }

    mutating func next() -> AllocationEvent? {
        guard position < events.count else { return nil }
        defer { position += 1 }
        return events[position]
    }

    /// A random program: threads that come and go, blocks of all sizes that one of them frees, phases in which the heap grows and
    /// shrinks.
    static func random(seed: UInt64, count: Int, threads: UInt32 = 3, largest: UInt64 = 1 << 21) -> EventList {
        var generator = SeededGenerator(seed: seed)
        var live: [(block: UInt64, bytes: UInt64)] = []
        var events: [AllocationEvent] = []
        var time: UInt64 = 0
        var next: UInt64 = 0x1000
        for step in 0..<count {
            // Now and then a pause, in which the scavenger works.
            time += step % 997 == 0 ? 300_000_000 : UInt64.random(in: 0...20_000, using: &generator)
            let thread = UInt32.random(in: 0..<threads, using: &generator)
            func bytes() -> UInt64 {
                let scale = UInt64(1) << UInt64.random(in: 3...20, using: &generator)
                return step % 50 == 0
                    ? UInt64.random(in: 1...largest, using: &generator)
                    : UInt64.random(in: 0...min(scale, 40_000), using: &generator)
            }
            let grows = (step / 2000) % 2 == 0 ? 6 : 3
            let choice = Int.random(in: 0..<10, using: &generator)
            let action: AllocationAction
            if live.isEmpty || choice < grows {
                next += 16
                let size = bytes()
                let alignment: UInt64 = choice == 0 ? 1 << UInt64.random(in: 4...16, using: &generator) : 0
                action = .allocate(block: next, bytes: size, alignment: alignment, isZeroed: choice == 1)
                live.append((next, size))
            } else {
                let place = Int.random(in: 0..<live.count, using: &generator)
                if choice == 9 {
                    next += 16
                    let size = bytes() + 1
                    action = .reallocate(block: live[place].block, to: next, bytes: size)
                    live[place] = (next, size)
                } else {
                    action = .free(block: live[place].block)
                    live.swapAt(place, live.count - 1)
                    live.removeLast()
                }
            }
            events.append(AllocationEvent(time: time, thread: thread, action: action))
            if step % 1500 == 1499 { events.append(AllocationEvent(time: time, thread: thread, action: .endThread)) }
        }
        return EventList(events)
    }

    /// The most bytes in use, and those at the end, counted by hand.
    var bytesInUse: (peak: UInt64, final: UInt64) {
        var live: [UInt64: UInt64] = [:]
        var (sum, peak): (UInt64, UInt64) = (0, 0)
        for event in events {
            switch event.action {
            case .allocate(let block, let bytes, _, _):
                live[block] = bytes
                sum += bytes
            case .free(let block): sum -= live.removeValue(forKey: block) ?? 0
            case .reallocate(let block, let target, let bytes):
                sum -= live.removeValue(forKey: block) ?? 0
                live[target] = bytes
                sum += bytes
            case .endThread: break
            }
            peak = max(peak, sum)
        }
        return (peak, sum)
    }
}
