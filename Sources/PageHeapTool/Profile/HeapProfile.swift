import SystemPackage

/// The sampled allocations of all processes of a run, scaled to what they stand for.
struct HeapProfile: Sendable {
    /// What a stack has allocated and holds.
    struct Values: Hashable, Sendable {
        var allocatedBlocks = 0.0
        var allocatedBytes = 0.0
        var blocks = 0.0
        var bytes = 0.0
        /// Free bytes that the blocks hold back on pages that could go back to the system otherwise.
        var pinnedBytes = 0.0

        var isZero: Bool { self == Values() }
    }

    /// A stack of one process.
    struct Sample: Sendable {
        /// An index of `processes`.
        let process: Int
        /// Return addresses, the innermost first, without those in the malloc library.
        let frames: [UInt64]
        let values: Values
    }

    let processes: [RawProfile]
    private(set) var samples: [Sample] = []

    init(_ processes: [RawProfile]) {
        self.processes = processes
        for (number, process) in processes.enumerated() {
            var values: [UInt64: Values] = [:]
            for (index, stack) in process.stacks {
                values[index, default: Values()].allocatedBlocks += Double(stack.allocatedBlocks)
                values[index, default: Values()].allocatedBytes += Double(stack.allocatedBytes)
            }
            for block in process.blocks {
                // A sampled block stands for this many like it.
                let count = Double(block.weight) / Double(block.bytes)
                values[block.stack, default: Values()].blocks += count
                values[block.stack, default: Values()].bytes += Double(block.weight)
                values[block.stack, default: Values()].pinnedBytes += count * Double(block.pinned)
            }
            for (index, value) in values.sorted(by: { $0.key < $1.key }) where !value.isZero {
                guard let stack = process.stacks[index] else { continue }
                samples.append(
                    Sample(process: number, frames: Array(process.programFrames(stack)), values: value))
            }
        }
    }

    /// The name of a process: its program's and its identifier.
    func name(ofProcess number: Int) -> String {
        let process = processes[number]
        let program = FilePath(process.program).lastComponent?.string ?? "process"
        return "\(program) [\(process.process)]"
    }

    /// Samples of all processes that found no room.
    var refused: UInt64 { processes.reduce(0) { $0 + $1.refused } }
}

/// Names for addresses: reads each file once.
struct Symbolizer {
    private struct File: Hashable {
        let path: String
        let number: UInt64
    }

    private var tables: [File: SymbolTable?] = [:]

    /// The symbols of a mapped file; nil if it cannot be read any more.
    mutating func table(of mapping: RawProfile.Mapping) -> SymbolTable? {
        let file = File(path: mapping.path, number: mapping.fileNumber)
        if let known = tables[file] { return known }
        let isPath = mapping.path.hasPrefix("/")
        let table = isPath ? SymbolTable(of: FilePath(mapping.path), fileNumber: mapping.fileNumber) : nil
        tables[file] = .some(table)
        return table
    }

    /// The function that made a call.
    ///
    /// - Parameter returnAddress: where the call returns to, which may be behind the function's end.
    /// - Returns: nil if it has no name.
    mutating func name(of returnAddress: UInt64, in process: RawProfile) -> String? {
        let address = returnAddress &- 1
        guard let mapping = process.mapping(of: address) else { return nil }
        return table(of: mapping)?.name(atFileOffset: address - mapping.start &+ mapping.offset)
    }

    /// The function that made a call, or the file and the place in it, or the address.
    mutating func text(of returnAddress: UInt64, in process: RawProfile) -> String {
        if let name = name(of: returnAddress, in: process) { return name }
        let address = returnAddress &- 1
        guard let mapping = process.mapping(of: address) else { return "0x" + String(address, radix: 16) }
        let file = FilePath(mapping.path).lastComponent?.string ?? mapping.path
        return "\(file)+0x" + String(address - mapping.start &+ mapping.offset, radix: 16)
    }
}
