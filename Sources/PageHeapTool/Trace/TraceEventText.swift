import PageHeapTrace

/// The events of a trace as lines of text: time in seconds, process, thread, what was done, and its numbers.
struct TraceEventText {
    /// Appends an event's line.
    static func append(_ event: AllocationEvent, of process: UInt32, to text: inout String) {
        let digits = String(event.time % 1_000_000_000)
        text += "\(event.time / 1_000_000_000)."
        text += String(repeating: "0", count: 9 - digits.utf8.count)
        text += "\(digits) \(process) \(event.thread) "
        switch event.action {
        case .allocate(let block, let bytes, let alignment, let isZeroed):
            text += "\(isZeroed ? "calloc" : alignment == 0 ? "malloc" : "memalign") \(address(block)) \(bytes)"
            if alignment != 0 { text += " \(alignment)" }
        case .free(let block): text += "free \(address(block))"
        case .reallocate(let block, let target, let bytes):
            text += "realloc \(address(block)) \(address(target)) \(bytes)"
        case .endThread: text += "end"
        }
        text += "\n"
    }

    private static func address(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
}
