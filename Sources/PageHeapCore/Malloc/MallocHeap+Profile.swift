import CPageHeap

/// The profile of sampled allocations, as lines of text: the stacks that allocated, and the sampled blocks that the program
/// holds. What makes names of the addresses reads it in another process (Sources/PageHeapTool/Profile).
///
/// | line | |
/// | --- | --- |
/// | `pageheap-profile 1` | the format's version, first |
/// | `process PID` | |
/// | `mean BYTES` | the mean distance of two samples |
/// | `refused COUNT` | samples that found no room |
/// | `library ADDRESS` | in the code of the malloc library: the innermost frames are its own |
/// | `stack NUMBER BYTES BLOCKS FRAME…` | what was allocated there so far, and return addresses, the innermost first |
/// | `block STACK BYTES WEIGHT PINNED` | a block in use: its size, what it stands for, and the free bytes that it holds back |
///
/// Addresses are hexadecimal. The C side appends what of the process is needed for names, and a last line, `end`.
extension MallocHeap {
    /// Writes the profile. Takes the lock of the samples for each line, and the lock of a span's list for each block. Threads go
    /// on meanwhile, so blocks that they free or allocate may be there or not.
    ///
    /// - Parameters:
    ///   - library: an address in the library's code.
    ///   - write: called with each line, without a lock.
    package func writeProfile(library: UInt, to write: (UnsafeRawBufferPointer) -> Void) {
        var line = ProfileLine("pageheap-profile", 1)
        line.write(write)
        line = ProfileLine("process", UInt(pageheap_process_identifier()))
        line.write(write)
        line = ProfileLine("mean", UInt(state.pointee.sampling.rate.meanBytes))
        line.write(write)
        line = ProfileLine("refused", UInt(state.pointee.sampling.refusedCount))
        line.write(write)
        line = ProfileLine("library")
        line.append(address: library)
        line.write(write)
        writeStacks(write)
        writeBlocks(write)
    }

    private func writeStacks(_ write: (UnsafeRawBufferPointer) -> Void) {
        let generation = state.pointee.sampling.generation
        var next: UInt32? = 0
        while let index = next {
            line(
                { () -> ProfileLine? in
                    var line: ProfileLine?
                    next = state.pointee.sampling.stacks.visit(index) { stack, frames in
                        guard stack.generation == generation else { return }
                        var made = ProfileLine("stack", UInt(index))
                        made.append(UInt(stack.allocatedBytes))
                        made.append(UInt(stack.allocatedBlocks))
                        for frame in frames { made.append(address: frame) }
                        line = made
                    }
                    return line
                }, write)
        }
    }

    private func writeBlocks(_ write: (UnsafeRawBufferPointer) -> Void) {
        var index: UInt32 = 1
        while true {
            state.pointee.sampling.lock.lock()
            let end = state.pointee.sampling.blocks.usedCount
            let block = state.pointee.sampling.blocks.block(index)
            state.pointee.sampling.lock.unlock()
            if index >= end { return }
            index += 1
            guard let block, block.generation == state.pointee.sampling.generation else { continue }
            var line = ProfileLine("block", UInt(block.stack))
            line.append(UInt(block.bytes))
            line.append(UInt(block.weight))
            line.append(pinnedBytes(by: block.address))
            line.write(write)
        }
    }

    /// Makes a line under the lock of the samples, and writes it without.
    private func line(_ make: () -> ProfileLine?, _ write: (UnsafeRawBufferPointer) -> Void) {
        state.pointee.sampling.lock.lock()
        let line = make()
        state.pointee.sampling.lock.unlock()
        if var line { line.write(write) }
    }

    /// The free bytes that a block holds back: those of each physical page that it lies on, shared among the blocks there.
    /// Memory is given back in whole physical pages, so it takes all of these blocks' frees to get those bytes back. Blocks in
    /// caches count as blocks. 0 for a large block, which has its pages for itself.
    ///
    /// If physical pages are larger than heap pages, the span is taken for one.
    package func pinnedBytes(by address: UInt) -> UInt {
        let entry = spans.entry(of: address)
        guard entry.sizeClass != .notSmall, entry.sizeClass.index < SizeClass.count else { return 0 }
        let record = spans.record(entry.span)
        let shard = ShardIndex(record.pointee.shard)
        guard shards[shard] != nil else { return 0 }
        var copy = Span()
        central.list(entry.sizeClass, shard).withLock { copy = record.pointee }
        // The block may have been freed, and its span be another one by now.
        guard copy.sizeClass == UInt8(truncatingIfNeeded: entry.sizeClass.index), address >= copy.base,
            address < copy.base &+ copy.bytes.rawValue
        else { return 0 }
        let span = copy
        let lookup = classes[entry.sizeClass]
        let (blockBytes, blocks) = (UInt(lookup.blockBytes), UInt(lookup.blocksPerSpan))
        let unit = heap.physicalPage <= PageGeometry.pageBytes ? heap.physicalPage.rawValue : span.bytes.rawValue
        let first = (address &- span.base) / blockBytes &* blockBytes
        var pinned: UInt = 0
        var start = first / unit &* unit
        while start < first &+ blockBytes {
            let end = start &+ unit
            var (used, holders): (UInt, UInt) = (0, 0)
            var number = start / blockBytes
            while number < blocks, number &* blockBytes < end {
                if span.isUsed(Int(number)) {
                    used &+= min(end, (number &+ 1) &* blockBytes) &- max(start, number &* blockBytes)
                    holders &+= 1
                }
                number &+= 1
            }
            if holders > 0 { pinned &+= (unit &- used) / holders }
            start = end
        }
        return pinned
    }
}

/// A line of a profile: a word, then numbers.
private struct ProfileLine {
    private var line = MessageLine()

    init(_ word: StaticString) { line.append(word) }

    init(_ word: StaticString, _ number: UInt) {
        self.init(word)
        append(number)
    }

    mutating func append(_ number: UInt) {
        line.append(byte: 32)
        line.append(decimal: number)
    }

    mutating func append(address: UInt) {
        line.append(byte: 32)
        line.append(hexadecimal: address)
    }

    mutating func write(_ write: (UnsafeRawBufferPointer) -> Void) {
        line.append(byte: 10)
        line.withText(write)
    }
}
