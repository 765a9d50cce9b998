import Synchronization

/// The kinds of wrong frees that are distinguished, and a wrong write that hardening level 2 notices.
package enum WrongFree: UInt8, Sendable {
    case foreign, misaligned, insideSmallBlock, insideLargeBlock, alreadyFree, writtenAfterFree, writtenBeyond

    var text: StaticString {
        switch self {
        case .foreign: "free of a pointer that is not from this heap, or was freed before:"
        case .misaligned: "free of a pointer that is not a multiple of 16:"
        case .insideSmallBlock: "free of a pointer into the middle of a block:"
        case .insideLargeBlock: "free of a pointer into the middle of a large block:"
        case .alreadyFree: "double free:"
        case .writtenAfterFree: "write to a block after its free, or beyond the end of the one before it:"
        case .writtenBeyond: "write beyond the end of a block, found by its free:"
        }
    }

    /// Aborts with one line.
    @inline(never)
    package static func stop(_ kind: WrongFree, _ address: UInt, blockBytes: UInt? = nil, base: UInt? = nil) -> Never {
        report(kind, address, blockBytes: blockBytes, base: base)
        stopProcess()
    }

    /// Writes one line: the kind, the address, and what it belongs to.
    static func report(_ kind: WrongFree, _ address: UInt, blockBytes: UInt? = nil, base: UInt? = nil) {
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
    }
}

/// A wrong free that was found under a lock, noted until the thread holds none. Valid (empty) when zero-initialised.
package struct NotedWrongFree: ~Copyable {
    private let details = Atomic<UInt>(0)
    /// The address of the wrong free; 0 if there is none. Releasing and acquiring, so that the details are seen with
    /// it.
    private let address = Atomic<UInt>(0)

    package init() {}

    /// Notes a wrong free, unless one is noted already.
    func note(_ kind: WrongFree, _ address: UInt, blockBytes: UInt) {
        if self.address.load(ordering: .relaxed) != 0 { return }
        details.store(blockBytes &<< 8 | UInt(kind.rawValue), ordering: .relaxed)
        self.address.store(address, ordering: .releasing)
    }

    /// Aborts if a wrong free was noted. The caller holds no lock.
    @inline(__always)
    func stopIfAny() {
        if address.load(ordering: .relaxed) != 0 { stop() }
    }

    @inline(never)
    private func stop() {
        // Taken only once: a signal handler of the program may allocate, and comes here again.
        let address = address.exchange(0, ordering: .acquiring)
        if address == 0 || LockPassage.isForStop { return }
        let details = details.load(ordering: .relaxed)
        let blockBytes = details &>> 8
        WrongFree.stop(
            WrongFree(rawValue: UInt8(truncatingIfNeeded: details)) ?? .alreadyFree, address,
            blockBytes: blockBytes == 0 ? nil : blockBytes)
    }
}
