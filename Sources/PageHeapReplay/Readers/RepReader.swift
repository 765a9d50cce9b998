import PageHeapTrace

/// Reads the traces of the malloc lab of a well-known course on computer systems: `.rep`.
///
/// Four numbers, each on a line (a suggested heap size, the number of blocks, the number of operations, a weight); then an
/// operation on each line: `a ID BYTES`, `r ID BYTES`, `f ID`. A free of block -1 is one of a null pointer. There are no times and
/// no threads.
struct RepReader: AllocationEventSource {
    private let input: TraceInput
    private var clock: EventClock
    private var headerLines = 0

    init(_ input: TraceInput, clock: EventClock) {
        self.input = input
        self.clock = clock
    }

    static func recognises(_ beginning: ArraySlice<UInt8>) -> Bool {
        let lines = beginning.split(separator: 10, maxSplits: 5).prefix(4)
        return lines.count == 4
            && lines.allSatisfy { line in
                let text = line.filter { $0 != 13 && $0 != 32 && $0 != 9 }
                return !text.isEmpty && text.count <= 19 && text.allSatisfy { (48...57).contains($0) }
            }
    }

    mutating func next() throws(TraceError) -> AllocationEvent? {
        let input = input
        while true {
            let isHeader = headerLines < 4
            let line = try input.line { line throws(TraceError) -> Line in
                try Self.parse(line, isHeader: isHeader, at: input.lineOffset)
            }
            switch line {
            case nil: return nil
            case .empty?: continue
            case .header?: headerLines += 1
            case .event(let action)?: return AllocationEvent(time: clock.next(), thread: 0, action: action)
            }
        }
    }

    private enum Line {
        case empty
        case header
        case event(AllocationAction)
    }

    private static func parse(
        _ line: UnsafeBufferPointer<UInt8>, isHeader: Bool, at offset: UInt64
    ) throws(TraceError) -> Line {
        var text = TextScanner(line)
        text.skipBlanks()
        guard let operation = text.next else { return .empty }
        if isHeader {
            guard text.decimal() != nil else { throw TraceError("the header of a .rep trace is damaged", at: offset) }
            return .header
        }
        text.skip()
        text.skipBlanks()
        if operation == UInt8(ascii: "f") && text.take("-1") { return .empty }
        guard let block = text.decimal() else { throw damaged(offset) }
        if operation == UInt8(ascii: "f") { return .event(.free(block: block)) }
        text.skipBlanks()
        guard let bytes = text.decimal() else { throw damaged(offset) }
        switch operation {
        case UInt8(ascii: "a"):
            return .event(.allocate(block: block, bytes: bytes, alignment: 0, isZeroed: false))
        case UInt8(ascii: "r"): return .event(.reallocate(block: block, to: block, bytes: bytes))
        default: throw damaged(offset)
        }
    }

    private static func damaged(_ offset: UInt64) -> TraceError {
        TraceError("a line of the .rep trace is none of 'a ID BYTES', 'r ID BYTES' and 'f ID'", at: offset)
    }
}
