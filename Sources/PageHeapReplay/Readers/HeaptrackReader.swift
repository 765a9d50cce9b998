import PageHeapTrace

/// Reads heaptrack's text, as it is written by the traced program (raw) and by `heaptrack_interpret`, without compression.
///
/// Each line begins with a letter, and all numbers are hexadecimal. What counts here:
///
/// | line | meaning |
/// | --- | --- |
/// | `v VERSION FORMAT` | the first one |
/// | `c MILLISECONDS` | so much time has passed |
/// | `+ BYTES TRACE POINTER`, `- POINTER` | raw: a block was allocated, freed |
/// | `a BYTES TRACE` | interpreted: the next of the *allocation infos*, which are numbered from 0 |
/// | `+ INFO`, `- INFO` | interpreted: a block was allocated, one of that info was freed |
///
/// Interpreted text does not say which of several like blocks was freed; the latest is taken. Threads are not recorded. Times
/// are exact to some ten milliseconds; the events between two of them are a microsecond apart.
struct HeaptrackReader: AllocationEventSource {
    private let input: TraceInput
    private var isStarted = false
    /// Nanoseconds.
    private var time: UInt64 = 0
    /// The sizes of the allocation infos.
    private var infos: [UInt64] = []
    /// The live blocks of each info, the latest last.
    private var live: [UInt64: [UInt64]] = [:]
    private var blocks: UInt64 = 0

    /// The most allocation infos: a damaged file must not fill the memory.
    private static let mostInfos = 1 << 26
    /// What a free of a block that was never allocated is said to free.
    private static let noBlock = UInt64.max

    init(_ input: TraceInput) { self.input = input }

    static func recognises(_ beginning: ArraySlice<UInt8>) -> Bool {
        beginning.withUnsafeBufferPointer { bytes in
            var text = TextScanner(bytes)
            return text.take("v ") && text.hexadecimal() != nil && text.take(" ") && text.hexadecimal() != nil
        }
    }

    mutating func next() throws(TraceError) -> AllocationEvent? {
        let input = input
        while true {
            guard let line = try input.line({ line throws(TraceError) in try Self.parse(line, at: input.lineOffset) })
            else { return nil }
            // The last line of a program that was killed is no line.
            if input.lineIsOpen { return nil }
            if let action = try take(line) {
                defer { time += 1000 }
                return AllocationEvent(time: time, thread: 0, action: action)
            }
        }
    }

    private enum Line {
        case other
        case time(milliseconds: UInt64)
        case allocation(bytes: UInt64, block: UInt64)
        case free(UInt64)
        case info(bytes: UInt64)
        case allocationOf(info: UInt64)
    }

    private static func parse(_ line: UnsafeBufferPointer<UInt8>, at offset: UInt64) throws(TraceError) -> Line {
        var text = TextScanner(line)
        guard let letter = text.next, "+-ac".utf8.contains(letter) else { return .other }
        var numbers: (UInt64?, UInt64?, UInt64?) = (nil, nil, nil)
        text.skip()
        text.skipBlanks()
        numbers.0 = text.hexadecimal()
        text.skipBlanks()
        numbers.1 = text.hexadecimal()
        text.skipBlanks()
        numbers.2 = text.hexadecimal()
        switch (letter, numbers.0, numbers.1, numbers.2) {
        case (UInt8(ascii: "+"), let bytes?, .some, let block?): return .allocation(bytes: bytes, block: block)
        case (UInt8(ascii: "+"), let info?, nil, nil): return .allocationOf(info: info)
        case (UInt8(ascii: "-"), let block?, nil, nil): return .free(block)
        case (UInt8(ascii: "a"), let bytes?, .some, _): return .info(bytes: bytes)
        case (UInt8(ascii: "c"), let milliseconds?, nil, nil): return .time(milliseconds: milliseconds)
        default:
            throw TraceError(
                "a line of the heaptrack text that begins with '\(Unicode.Scalar(letter))' is damaged", at: offset)
        }
    }

    private mutating func take(_ line: Line) throws(TraceError) -> AllocationAction? {
        switch line {
        case .other: return nil
        case .time(let milliseconds):
            time = max(time, min(milliseconds, UInt64.max / 2_000_000) * 1_000_000)
            return nil
        case .info(let bytes):
            guard infos.count < Self.mostInfos else {
                throw TraceError("there are too many allocation infos", at: input.lineOffset)
            }
            infos.append(bytes)
            return nil
        case .allocation(let bytes, let block):
            return .allocate(block: block, bytes: bytes, alignment: 0, isZeroed: false)
        case .allocationOf(let info):
            guard info < infos.count else {
                throw TraceError("a line names an allocation info that was not there before", at: input.lineOffset)
            }
            blocks += 1
            live[info, default: []].append(blocks)
            return .allocate(block: blocks, bytes: infos[Int(info)], alignment: 0, isZeroed: false)
        case .free(let number):
            // In raw text there are no infos, and blocks have their addresses.
            if infos.isEmpty { return .free(block: number) }
            let block = live[number]?.popLast()
            if live[number]?.isEmpty == true { live[number] = nil }
            return .free(block: block ?? Self.noBlock)
        }
    }
}
