import CPageHeapRecorder

/// The times of events, which are also their order among threads.
///
/// What a reader needs: if an event of one thread has to come before one of another, as a free before the allocation that hands
/// the same block out again, its time is the lower one. Reading the processor's counter for each event, behind a barrier, would do:
/// a free is noted before the block is freed, and an allocation after it was made. But that takes longer than many an
/// allocation.
///
/// So as long as one thread records alone, its events have no times of their own, but for one in 32. *Alone* is what one word
/// says, the *owner*: the number of a thread, or `shared`.
///
/// - A thread that finds its own number there notes the event with the time of the one before. That is never too late.
/// - A thread that finds another's sets the word to `shared`, with a full barrier, and then reads the counter, behind another. From
///   then on the counter is higher than all times that the former owner gave before it could see the change; and what the
///   owner notes after it has seen the change gets the counter's value, too.
/// - A thread that finds `shared` reads the counter, and then looks again: if the word has changed, it begins again.
/// - A thread that has found `shared` a thousand times claims the word, with a full barrier, reads the counter, and gives its
///   next events that time. Those that others note meanwhile have lower times, because they looked again after they had read the
///   counter and still found `shared`; or they have found the claim, and have set the word back.
///
/// With several threads at work, the word stays `shared`, so all caches have it, and nobody writes to it. A server with one
/// busy thread and some that sleep goes back to the cheap way by itself.
enum EventTime {
    private static let shared = UInt32.max
    /// A thread that records alone notes the time of every 32nd event. A power of two.
    private static let timedEvery: UInt32 = 32
    private static let claimAfter: UInt32 = 1024

    @inline(__always)
    static func next(_ thread: UnsafeMutablePointer<ThreadRecord>) -> EventEncoder.Time {
        let count = thread.pointee.eventCount
        thread.pointee.eventCount = count &+ 1
        if pageheap_recorder_owner() == thread.pointee.owner {
            return count & (timedEvery - 1) == 0 ? .tick(pageheap_recorder_tick()) : .asBefore
        }
        return .tick(sharedTick(thread))
    }

    @inline(never)
    private static func sharedTick(_ thread: UnsafeMutablePointer<ThreadRecord>) -> UInt64 {
        var tick: UInt64
        repeat {
            if pageheap_recorder_owner() != shared { pageheap_recorder_set_owner(shared) }
            tick = pageheap_recorder_ordered_tick()
        } while pageheap_recorder_owner() != shared
        thread.pointee.sharedEvents &+= 1
        if thread.pointee.sharedEvents >= claimAfter {
            thread.pointee.sharedEvents = 0
            pageheap_recorder_set_owner(thread.pointee.owner)
            tick = pageheap_recorder_ordered_tick()
        }
        return tick
    }

    /// Makes a thread the owner: the first one of a process.
    static func begin(with thread: UnsafeMutablePointer<ThreadRecord>) {
        pageheap_recorder_set_owner(thread.pointee.owner)
    }
}
