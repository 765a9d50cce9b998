/// Reads the blocks that describe processes.
struct ProcessDescriptions {
    private let file: TraceFile
    private let clock: TraceClock

    init(_ file: TraceFile, _ clock: TraceClock) {
        self.file = file
        self.clock = clock
    }

    /// Returns all processes of a trace. One whose description is lost gets a name that says so.
    func processes(of index: TraceIndex, _ losses: inout TraceLosses) -> [TracedProcess] {
        var threads: [UInt32: Int] = [:]
        var starts: [UInt32: UInt64] = [:]
        var bytes: [UInt32: UInt64] = [:]
        var last: (process: UInt32, thread: UInt32)?
        for block in index.blocks {
            if last?.process != block.process || last?.thread != block.thread {
                threads[block.process, default: 0] += 1
            }
            last = (block.process, block.thread)
            bytes[block.process, default: 0] += UInt64(block.payloadBytes)
            starts[block.process] = min(starts[block.process] ?? .max, block.baseTick)
        }
        var known: [UInt32: TracedProcess] = [:]
        for block in index.descriptions {
            do {
                known[block.process] = try process(
                    of: block, threads: threads[block.process] ?? 0, eventBytes: bytes[block.process] ?? 0)
            } catch {
                losses.damagedBlocks += 1
                losses.noteDamage(at: error.offset ?? block.offset)
            }
        }
        for (number, count) in threads where known[number] == nil {
            known[number] = TracedProcess(
                number: number, identifier: 0, parentIdentifier: 0, forkedFrom: nil, executable: "(description lost)",
                arguments: [], start: clock.nanoseconds(at: starts[number] ?? 0), threadCount: count,
                eventBytes: bytes[number] ?? 0)
        }
        return known.values.sorted { ($0.start, $0.number) < ($1.start, $1.number) }
    }

    private func process(
        of block: TraceIndex.Block, threads: Int, eventBytes: UInt64
    ) throws(TraceError) -> TracedProcess {
        let header = try file.read(at: block.offset, count: TraceFormat.blockHeaderBytes)
        let payload = try file.read(
            at: block.offset + UInt64(TraceFormat.blockHeaderBytes), count: Int(block.payloadBytes))
        guard block.isClosed, header.count == TraceFormat.blockHeaderBytes,
            payload.withUnsafeBytes({ TraceChecksum.of($0) })
                == header.number(at: TraceFormat.payloadChecksumOffset, as: UInt64.self),
            payload.count >= TraceFormat.textsOffset
        else { throw TraceError("the description of a process is damaged", at: block.offset) }
        let executableLength = Int(payload.number(at: TraceFormat.executableLengthOffset, as: UInt32.self))
        let argumentsLength = Int(payload.number(at: TraceFormat.argumentsLengthOffset, as: UInt32.self))
        guard executableLength + argumentsLength <= payload.count - TraceFormat.textsOffset else {
            throw TraceError("the description of a process is damaged", at: block.offset)
        }
        let texts = payload[TraceFormat.textsOffset...]
        let forkedFrom = payload.number(at: TraceFormat.forkedFromOffset, as: UInt32.self)
        return TracedProcess(
            number: block.process, identifier: payload.number(at: TraceFormat.identifierOffset, as: UInt32.self),
            parentIdentifier: payload.number(at: TraceFormat.parentIdentifierOffset, as: UInt32.self),
            forkedFrom: forkedFrom == 0 ? nil : forkedFrom - 1,
            executable: String(decoding: texts.prefix(executableLength), as: UTF8.self),
            arguments: texts.dropFirst(executableLength).prefix(argumentsLength)
                .split(separator: 0, omittingEmptySubsequences: false).dropLast()
                .map { String(decoding: $0, as: UTF8.self) },
            start: clock.nanoseconds(at: block.baseTick), threadCount: threads, eventBytes: eventBytes)
    }
}
