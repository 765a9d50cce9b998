import PageHeapTrace

/// Reads the log of Firefox's replace-malloc library `logalloc`.
///
/// Each line is a call: `PID TID FUNCTION(ARGUMENTS)=RESULT`, with sizes in decimal and pointers in hexadecimal, or, after
/// Firefox's own script has made the log smaller, as `#NUMBER`. Functions of arenas (`moz_arena_malloc` and the like) count as
/// those of one heap. There are no times. One process of the log is replayed.
struct LogallocReader: AllocationEventSource {
    private let input: TraceInput
    private var clock: EventClock
    /// The process that is replayed; that of the first call if nil.
    private var process: UInt64?
    /// The threads by their identifiers.
    private var threads: [UInt64: UInt32] = [:]
    private let processes: ProcessList

    init(_ input: TraceInput, clock: EventClock, process: UInt64?, processes: ProcessList) {
        self.input = input
        self.clock = clock
        self.process = process
        self.processes = processes
    }

    static func recognises(_ beginning: ArraySlice<UInt8>) -> Bool {
        beginning.withUnsafeBufferPointer { bytes in
            var text = TextScanner(bytes)
            guard text.decimal() != nil, text.take(" "), text.decimal() != nil, text.take(" ") else { return false }
            guard let name = text.word(upTo: "("), name.count < 64 else { return false }
            return bytes[name].allSatisfy { $0 == 95 || (97...122).contains($0) || (48...57).contains($0) }
        }
    }

    mutating func next() throws(TraceError) -> AllocationEvent? {
        let input = input
        while true {
            guard let call = try input.line({ line throws(TraceError) in try Self.parse(line, at: input.lineOffset) }),
                !input.lineIsOpen
            else { return nil }
            guard let call else { continue }
            if process == nil { process = call.process }
            processes.note(call.process)
            guard call.process == process, let action = call.action else { continue }
            let thread = threads[call.thread] ?? UInt32(truncatingIfNeeded: threads.count)
            // Bounded: a damaged log may have a new thread on each line.
            if threads.count < 1 << 20 { threads[call.thread] = thread }
            return AllocationEvent(time: clock.next(), thread: thread, action: action)
        }
    }

    private struct Call {
        let process: UInt64
        let thread: UInt64
        /// nil for a call that changes nothing, or failed.
        let action: AllocationAction?
    }

    /// The functions, and what their arguments are. An arena's identifier comes first in some.
    private enum Function {
        case malloc, calloc, realloc, memalign, free, other

        init(_ text: TextScanner, _ name: Range<Int>) {
            func isOne(of names: StaticString...) -> Bool { names.contains { text.isText(name, $0) } }
            if isOne(of: "malloc", "valloc", "moz_arena_malloc") {
                self = .malloc
            } else if isOne(of: "free", "moz_arena_free") {
                self = .free
            } else if isOne(of: "calloc", "moz_arena_calloc") {
                self = .calloc
            } else if isOne(of: "realloc", "moz_arena_realloc") {
                self = .realloc
            } else if isOne(of: "memalign", "posix_memalign", "aligned_alloc", "moz_arena_memalign") {
                self = .memalign
            } else {
                self = .other
            }
        }
    }

    /// Returns nil for an empty line.
    private static func parse(_ line: UnsafeBufferPointer<UInt8>, at offset: UInt64) throws(TraceError) -> Call? {
        var text = TextScanner(line)
        if text.isAtEnd { return nil }
        guard let process = text.decimal(), text.take(" "), let thread = text.decimal(), text.take(" "),
            let name = text.word(upTo: "(")
        else { throw damaged(offset) }
        let function = Function(text, name)
        if function == .other { return Call(process: process, thread: thread, action: nil) }
        if name.count > 10 && line[name.lowerBound] == UInt8(ascii: "m")
            && line[name.lowerBound + 1] == UInt8(ascii: "o")
        {
            // The arena.
            guard pointer(&text) != nil, text.take(",") else { throw damaged(offset) }
        }
        guard let first = pointer(&text) else { throw damaged(offset) }
        var second: UInt64 = 0
        if function != .malloc && function != .free {
            guard text.take(","), let value = pointer(&text) else { throw damaged(offset) }
            second = value
        }
        guard text.take(")") else { throw damaged(offset) }
        var result: UInt64 = 0
        if text.take("=") {
            guard let value = pointer(&text) else { throw damaged(offset) }
            result = value
        } else if function != .free {
            throw damaged(offset)
        }
        return Call(process: process, thread: thread, action: action(function, first, second, result))
    }

    private static func action(
        _ function: Function, _ first: UInt64, _ second: UInt64, _ result: UInt64
    ) -> AllocationAction? {
        switch function {
        case .free: return first == 0 ? nil : .free(block: first)
        case .realloc where first != 0 && result == 0: return second == 0 ? .free(block: first) : nil
        case _ where result == 0: return nil
        case .malloc: return .allocate(block: result, bytes: first, alignment: 0, isZeroed: false)
        case .calloc:
            let (bytes, overflows) = first.multipliedReportingOverflow(by: second)
            return .allocate(block: result, bytes: overflows ? .max : bytes, alignment: 0, isZeroed: true)
        case .memalign: return .allocate(block: result, bytes: second, alignment: first, isZeroed: false)
        case .realloc:
            return first == 0
                ? .allocate(block: result, bytes: second, alignment: 0, isZeroed: false)
                : .reallocate(block: first, to: result, bytes: second)
        case .other: return nil
        }
    }

    private static func pointer(_ text: inout TextScanner) -> UInt64? {
        text.take("#") ? text.decimal() : text.pointer()
    }

    private static func damaged(_ offset: UInt64) -> TraceError {
        TraceError("a line of the logalloc log is not 'PID TID FUNCTION(ARGUMENTS)=RESULT'", at: offset)
    }
}

/// The processes that a log of several has been found to hold.
package final class ProcessList {
    /// Their identifiers; at most a thousand.
    package private(set) var processes: Set<UInt64> = []

    package init() {}

    func note(_ process: UInt64) {
        if processes.count < 1000 { processes.insert(process) }
    }
}
