import CPageHeapRecorder

/// Notes what the calling thread asks of the allocator.
///
/// The fast path is a look at the thread's record and some stores to its block, which is a mapped part of the trace's file: there is
/// no lock, no buffer to be written later, and no thread that writes. When a block is full, the thread itself maps the
/// next; so nothing is lost, and memory is bounded by one mapping a thread.
enum Recorder {
    typealias Thread = UnsafeMutablePointer<ThreadRecord>

    // MARK: Events

    @inline(__always)
    static func allocated(_ block: UInt, _ bytes: UInt) {
        guard let thread = enter() else { return }
        thread.pointee.encoder.allocate(UInt64(block), bytes: UInt64(bytes), EventTime.next(thread))
        leave(thread)
    }

    @inline(__always)
    static func freed(_ block: UInt) {
        guard let thread = enter() else { return }
        thread.pointee.encoder.free(UInt64(block), EventTime.next(thread))
        leave(thread)
    }

    /// Notes an event of the less frequent kinds.
    @inline(__always)
    static func note(_ encode: (inout EventEncoder, EventEncoder.Time) -> Void) {
        guard let thread = enter() else { return }
        encode(&thread.pointee.encoder, EventTime.next(thread))
        leave(thread)
    }

    // MARK: The way in and out

    /// Returns the calling thread's record, with space for one event and marked as in use; nil if the event cannot be noted.
    ///
    /// A signal handler that interrupts the thread in between finds no space, and loses its event.
    @inline(__always)
    private static func enter() -> Thread? {
        if let record = pageheap_recorder_slot().pointee.record {
            let thread = record.assumingMemoryBound(to: ThreadRecord.self)
            if UInt(bitPattern: thread.pointee.encoder.cursor) < thread.pointee.limit {
                thread.pointee.limit = 0
                pageheap_recorder_fence()
                return thread
            }
        }
        return enterSlowly()
    }

    @inline(__always)
    private static func leave(_ thread: Thread) {
        pageheap_recorder_fence()
        thread.pointee.limit = thread.pointee.blockLimit
    }

    @inline(never)
    private static func enterSlowly() -> Thread? {
        let slot = pageheap_recorder_slot()
        // What the recorder itself causes to be allocated is no event of the program.
        if slot.pointee.is_inside != 0 || !ProcessRecord.mayRecord { return nil }
        if let record = slot.pointee.record?.assumingMemoryBound(to: ThreadRecord.self) {
            if record.pointee.limit == 0 && record.pointee.blockLimit != 0 {
                ProcessRecord.countLostEvent()
                return nil
            }
        } else if slot.pointee.has_ended != 0 {
            // The last destructors of a thread have run; what the C library does after that is too late.
            ProcessRecord.countLostEvent()
            return nil
        }
        let error = pageheap_recorder_errno()
        let signals = pageheap_recorder_block_signals()
        slot.pointee.is_inside = 1
        let thread = ProcessRecord.prepare(slot.pointee.record?.assumingMemoryBound(to: ThreadRecord.self))
        if let thread {
            slot.pointee.record = UnsafeMutableRawPointer(thread)
            thread.pointee.limit = 0
        }
        slot.pointee.is_inside = 0
        pageheap_recorder_restore_signals(signals)
        pageheap_recorder_set_errno(error)
        return thread
    }
}

// MARK: - Calls of one function of the allocator that lead to another

extension Recorder {
    /// Where the calling thread's next event would go. It changes if one is noted.
    static var position: UInt {
        guard let record = pageheap_recorder_slot().pointee.record else { return 0 }
        return UInt(bitPattern: record.assumingMemoryBound(to: ThreadRecord.self).pointee.encoder.cursor)
    }

    /// Notes nothing of the calling thread, or does so again.
    static func suspend(_ isSuspended: Bool) {
        let slot = pageheap_recorder_slot()
        slot.pointee.is_inside = isSuspended ? 1 : 0
        if let thread = slot.pointee.record?.assumingMemoryBound(to: ThreadRecord.self) {
            thread.pointee.limit = isSuspended ? 0 : thread.pointee.blockLimit
        }
    }
}

// MARK: - Ends

extension Recorder {
    /// Gives up the calling thread's record.
    static func endThread() {
        outside { slot, thread in
            ProcessRecord.end(thread)
            slot.pointee.record = nil
            slot.pointee.has_ended = 1
        }
    }

    /// Closes the calling thread's block.
    static func closeBlock() { outside { $1.pointee.closeBlock() } }

    /// Runs a closure with the calling thread's record, which must not be writing an event, with signals blocked.
    private static func outside(
        _ body: (UnsafeMutablePointer<pageheap_recorder_slot>, Thread) -> Void
    ) {
        let slot = pageheap_recorder_slot()
        guard slot.pointee.is_inside == 0, let thread = slot.pointee.record?.assumingMemoryBound(to: ThreadRecord.self),
            thread.pointee.limit != 0
        else { return }
        let signals = pageheap_recorder_block_signals()
        slot.pointee.is_inside = 1
        body(slot, thread)
        slot.pointee.is_inside = 0
        pageheap_recorder_restore_signals(signals)
    }
}
