import Synchronization

/// The calls that are given a block, as reports name them. All calls that free are `free`, C++'s `delete` and the end of a `realloc`
/// that moves a block as well: to tell them apart would cost each free instructions.
package enum BlockCall: UInt8, Sendable {
    case free, realloc, usableSize

    var name: StaticString {
        switch self {
        case .free: "free"
        case .realloc: "realloc"
        case .usableSize: "malloc_usable_size"
        }
    }
}

/// The kinds of wrong uses of blocks that are distinguished: calls with a wrong pointer, and wrong writes that hardening
/// level 2 notices.
package enum WrongUse: UInt8, Sendable {
    case foreign, misaligned, insideSmallBlock, insideLargeBlock, alreadyFree, writtenAfterFree, writtenBeyond

    /// What follows the name of the call. (A wrong write is made by no call.)
    private var text: StaticString {
        switch self {
        case .foreign: " of a pointer that is not from this heap, or was freed before:"
        case .misaligned: " of a pointer that is not a multiple of 16:"
        case .insideSmallBlock: " of a pointer into the middle of a block:"
        case .insideLargeBlock: " of a pointer into the middle of a large block:"
        case .alreadyFree: " of a block that is free already:"
        case .writtenAfterFree: "write to a block after its free, or beyond the end of the one before it:"
        case .writtenBeyond: "write beyond the end of a block, found by its free:"
        }
    }

    /// Aborts with one line; see ``report(_:_:in:blockBytes:base:)``.
    @inline(never)
    package static func stop(
        _ kind: WrongUse, _ address: UInt, in call: BlockCall? = nil, blockBytes: UInt? = nil, base: UInt? = nil
    ) -> Never {
        report(kind, address, in: call, blockBytes: blockBytes, base: base)
        stopProcess()
    }

    /// Writes one line: the call, the kind, the address, and what it belongs to.
    ///
    /// - Parameter call: the call that was given the address; nil for a wrong write.
    static func report(
        _ kind: WrongUse, _ address: UInt, in call: BlockCall?, blockBytes: UInt? = nil, base: UInt? = nil
    ) {
        var line = MessageLine()
        line.append("pageheap: ")
        if kind == .alreadyFree && call == .free {
            line.append("double free:")
        } else {
            if let call { line.append(call.name) }
            line.append(kind.text)
        }
        line.append(" ")
        line.append(address: address)
        if let blockBytes {
            line.append(" (blocks of ")
            line.append(decimal: blockBytes)
            line.append(" bytes)")
        }
        if let base {
            line.append(" (the block begins at ")
            line.append(address: base)
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
    func note(_ kind: WrongUse, _ address: UInt, blockBytes: UInt) {
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
        WrongUse.stop(
            WrongUse(rawValue: UInt8(truncatingIfNeeded: details)) ?? .alreadyFree, address, in: .free,
            blockBytes: blockBytes == 0 ? nil : blockBytes)
    }
}
