/// The kinds of wrong frees that are told apart.
package enum WrongFree: Sendable {
    case foreign, misaligned, insideSmallBlock, insideLargeBlock, alreadyFree

    var text: StaticString {
        switch self {
        case .foreign: "free of a pointer that is not from this heap, or was freed before:"
        case .misaligned: "free of a pointer that is not a multiple of 16:"
        case .insideSmallBlock: "free of a pointer into the middle of a block:"
        case .insideLargeBlock: "free of a pointer into the middle of a large block:"
        case .alreadyFree: "double free:"
        }
    }

    /// Stops the program with one line: the kind, the address, and what it belongs to.
    @inline(never)
    package static func stop(_ kind: WrongFree, _ address: UInt, blockBytes: UInt? = nil, base: UInt? = nil) -> Never {
        var line = MessageLine()
        line.append("pageheap: ")
        line.append(kind.text)
        line.append(" 0x")
        line.append(hexadecimal: address)
        if let blockBytes {
            line.append(" (blocks of ")
            line.append(decimal: blockBytes)
            line.append(" bytes)")
        }
        if let base {
            line.append(" (the block begins at 0x")
            line.append(hexadecimal: base)
            line.append(")")
        }
        line.writeToStandardError()
        stopProcess()
    }
}
