import PageHeapTrace

/// Reads what glibc's `mtrace` writes.
///
/// Each line ends in what was done, after the place in the program that did it (`@ FILE:(FUNCTION+OFFSET)[ADDRESS]`): `+ POINTER
/// BYTES` for an allocation, `- POINTER` for a free, `< POINTER` and `> POINTER BYTES` for the two halves of a reallocation,
/// `! POINTER BYTES` for a failed one. There are no times and no threads.
struct MtraceReader: AllocationEventSource {
    private let input: TraceInput
    private var clock: EventClock
    /// The block that a reallocation has begun with.
    private var old: UInt64?

    init(_ input: TraceInput, clock: EventClock) {
        self.input = input
        self.clock = clock
    }

    static func recognises(_ beginning: ArraySlice<UInt8>) -> Bool {
        beginning.starts(with: "= Start".utf8) || beginning.starts(with: "@ ".utf8)
            || beginning.starts(with: "+ 0x".utf8)
            || beginning.starts(with: "- 0x".utf8)
    }

    mutating func next() throws(TraceError) -> AllocationEvent? {
        let input = input
        while true {
            guard let line = try input.line({ line throws(TraceError) in try Self.parse(line, at: input.lineOffset) }),
                !input.lineIsOpen
            else { return nil }
            if let action = take(line) { return AllocationEvent(time: clock.next(), thread: 0, action: action) }
        }
    }

    private enum Line {
        case other
        case allocation(UInt64, bytes: UInt64)
        case free(UInt64)
        case from(UInt64)
        case to(UInt64, bytes: UInt64)
    }

    /// The beginnings of the last words of a line, the last one first.
    private static func lastWords(_ line: UnsafeBufferPointer<UInt8>) -> [Int] {
        var starts: [Int] = []
        var place = line.count
        while place > 0 && starts.count < 3 {
            while place > 0 && line[place - 1] == 32 { place -= 1 }
            if place == 0 { break }
            while place > 0 && line[place - 1] != 32 { place -= 1 }
            starts.append(place)
        }
        return starts
    }

    private static func parse(_ line: UnsafeBufferPointer<UInt8>, at offset: UInt64) throws(TraceError) -> Line {
        if line.isEmpty || line[0] == UInt8(ascii: "=") { return .other }
        let words = lastWords(line)
        func number(_ word: Int) -> UInt64? {
            var text = TextScanner(line, from: words[word])
            let value = text.pointer()
            return text.isAtEnd || text.next == 32 ? value : nil
        }
        func isMark(_ word: Int) -> UInt8? {
            guard words.count > word else { return nil }
            let end = words[word] + 1
            return end == line.count || line[end] == 32 ? line[words[word]] : nil
        }
        switch (isMark(1), isMark(2)) {
        case (UInt8(ascii: "-")?, _): if let block = number(0) { return block == 0 ? .other : .free(block) }
        case (UInt8(ascii: "<")?, _): if let block = number(0) { return .from(block) }
        case (_, UInt8(ascii: "+")?):
            if let block = number(1), let bytes = number(0) {
                return block == 0 ? .other : .allocation(block, bytes: bytes)
            }
        case (_, UInt8(ascii: ">")?):
            if let block = number(1), let bytes = number(0) { return .to(block, bytes: bytes) }
        case (_, UInt8(ascii: "!")?): return .other
        default: break
        }
        throw TraceError("a line of the mtrace output is damaged", at: offset)
    }

    private mutating func take(_ line: Line) -> AllocationAction? {
        switch line {
        case .other: return nil
        case .allocation(let block, let bytes):
            return .allocate(block: block, bytes: bytes, alignment: 0, isZeroed: false)
        case .free(let block): return .free(block: block)
        case .from(let block):
            // Two in a row: the other half of the first one is missing, so the block is gone.
            defer { old = block }
            return old.map { .free(block: $0) }
        case .to(let block, let bytes):
            defer { old = nil }
            if let old { return .reallocate(block: old, to: block, bytes: bytes) }
            return .allocate(block: block, bytes: bytes, alignment: 0, isZeroed: false)
        }
    }
}
