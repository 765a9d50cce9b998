// Reports of wrong uses of blocks that hardening level 2 guards. They may be slow: the program ends.
extension MallocHeap {
    /// Reports an access that faulted, on standard error, if it has to do with a block that level 2 guards. Called by the
    /// handler of that signal, so it takes no lock; what other threads change meanwhile may be wrong in the report.
    package func reportFault(at address: UInt) {
        if isGuarded(address) {
            let (number, fault) = state.pointee.hardening.guarded.diagnose(address)
            if fault == .none { return }
            let block = state.pointee.hardening.guarded.block(number)
            report(fault, address, base: block.address, bytes: block.bytes)
            report("pageheap: accessed by thread ", currentSite(ThreadSlot.current.slot))
            reportSites(of: block)
        } else if hasGuards, let record = largeBlock(around: address, entry: { spans.state.pointee.quickEntry(of: $0) })
        {
            let span = record.pointee
            let isBehind = address &- span.base >= span.bytes.rawValue
            // A program may protect pages of a block that it has; faults there are its own.
            if !isBehind && !Span.isMarkedFree(record) { return }
            report(isBehind ? .behind : .afterFree, address, base: span.base, bytes: span.bytes.rawValue)
            report("pageheap: accessed by thread ", currentSite(ThreadSlot.current.slot))
        }
    }

    /// Aborts with a report of a call that was given an address in the pool of guarded blocks at which none in use begins.
    func stopWrongUseOfGuarded(
        _ address: UInt, _ number: Int, _ fault: GuardedFault, in call: BlockCall
    ) -> Never {
        let block = state.pointee.hardening.guarded.block(number)
        let isBlock = block.state != .unused
        WrongUse.report(
            isBlock ? (fault == .afterFree ? .alreadyFree : .insideSmallBlock) : .foreign, address, in: call,
            base: isBlock && fault != .afterFree ? block.address : nil)
        if isBlock { reportSites(of: block) }
        stopProcess()
    }

    /// Aborts with a report of a guarded block that was written to beyond its end.
    func stopWrittenBeyond(_ number: Int) -> Never {
        let block = state.pointee.hardening.guarded.block(number)
        WrongUse.report(.writtenBeyond, block.address, in: nil, blockBytes: block.bytes)
        reportSites(of: block)
        stopProcess()
    }

    private func report(_ fault: GuardedFault, _ address: UInt, base: UInt, bytes: UInt) {
        let (distance, place): (UInt, StaticString) =
            switch fault {
            case .before: (base &- address, " bytes before")
            case .behind: (address &- base &- bytes, " bytes behind the end of")
            case .afterFree, .inside, .none: (address &- base, " bytes into")
            }
        var line = MessageLine()
        line.append(fault == .afterFree ? "pageheap: access after free: " : "pageheap: access out of bounds: ")
        line.append(address: address)
        line.append(" is ")
        line.append(decimal: distance)
        line.append(place)
        line.append(" the block of ")
        line.append(decimal: bytes)
        line.append(" bytes at ")
        line.append(address: base)
        line.writeToStandardError()
    }

    private func reportSites(of block: GuardedBlock) {
        report("pageheap: allocated by thread ", block.allocated)
        if block.freed.thread != 0 { report("pageheap: freed by thread ", block.freed) }
    }

    private func report(_ text: StaticString, _ site: GuardedSite) {
        var line = MessageLine()
        line.append(text)
        line.append(decimal: UInt(site.thread))
        line.writeToStandardError()
        // The call itself is before the address to which it returns, perhaps on another line.
        site.visitFrames { reportCall(at: $0 &- 1) }
    }

    private func reportCall(at address: UInt) {
        // A literal: only then does Embedded Swift use the stack.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { place in
            let text = place.baseAddress.unsafelyUnwrapped
            text[0] = 0
            let describe = state.pointee.hardening.helper.describe
            let isOutside = describe?(address, text, UInt(bitPattern: place.count)) ?? true
            if !isOutside { return }
            var line = MessageLine()
            line.append("pageheap:   ")
            line.append(address: address)
            line.append(" ")
            line.append(text, upTo: place.count)
            line.writeToStandardError()
        }
    }
}
