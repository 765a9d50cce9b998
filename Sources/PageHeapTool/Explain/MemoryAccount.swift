import CPageHeap
import SystemPackage

/// Where all physical memory of a process is: the mappings by kind, and the heap's by what its pages are.
struct MemoryAccount: Sendable {
    /// In the order of ``MemoryPart/Kind``, without those that are nothing.
    let parts: [MemoryPart]
    /// The blocks of the program and what lies free around them, by size class, the largest first. Empty if the process serves
    /// no requests.
    let classes: [ClassPart]
    /// All of it, as the kernel counts it.
    let resident: ByteCount
    /// Memory for the heap's own books, at most: what was made accessible for them.
    let books: ByteCount

    /// The part of a size class.
    struct ClassPart: Hashable, Sendable, Encodable {
        /// The size of a block; zero for large blocks.
        let blockBytes: ByteCount
        /// Blocks that the program has, and the physical memory in them.
        let blocks: UInt64
        let usedBytes: ByteCount
        /// In free blocks in threads' caches and in transfer caches.
        let cachedBytes: ByteCount
        /// The part of that in threads' caches.
        let threadCacheBytes: ByteCount
        /// On the same pages.
        let aroundBytes: ByteCount

        /// All of it.
        var bytes: ByteCount { usedBytes + cachedBytes + aroundBytes }
    }

    /// Makes the account from what the kernel and the process say.
    ///
    /// - Parameters:
    ///   - mappings: of the process.
    ///   - heap: the heap's pages, and the figures of its classes; nil if the process serves no requests.
    ///   - figures: the heap's published figures.
    init(mappings: [Mapping], heap: (account: HeapAccount, classes: [ClassFigures])?, figures: HeapFigures) {
        var bytes: [MemoryPart.Kind: ByteCount] = [:]
        for mapping in mappings { Self.add(mapping, to: &bytes) }
        resident = mappings.reduce(.zero) { $0 + $1.resident }
        books = figures.bytes(\.metadata_bytes)
        var classParts: [ClassPart] = []
        if let heap {
            let account = heap.account
            // The heap's ranges lie in anonymous mappings.
            bytes[.other] = (bytes[.other] ?? .zero) - account.total
            classParts = Self.classParts(account, heap.classes)
            let inThreads = classParts.reduce(.zero) { $0 + $1.threadCacheBytes }
            let cached = classParts.reduce(.zero) { $0 + $1.cachedBytes }
            bytes[.threadCaches] = inThreads
            bytes[.transferCaches] = cached - inThreads
            bytes[.blocks] = account.used.reduce(.zero, +) - cached
            bytes[.around] = account.around.reduce(.zero, +)
            bytes[.cached] = account.cached
            bytes[.free] = account.free
            bytes[.back] = account.back
            bytes[.new] = account.new
        } else {
            bytes[.undivided] = bytes.removeValue(forKey: .other)
        }
        parts = MemoryPart.Kind.allCases.compactMap { kind in
            bytes[kind].flatMap { $0 > .zero ? MemoryPart(kind: kind, bytes: $0) : nil }
        }
        classes = classParts
    }

    private static func add(_ mapping: Mapping, to bytes: inout [MemoryPart.Kind: ByteCount]) {
        let kind: MemoryPart.Kind =
            if mapping.name == "[stack]" {
                .stack
            } else if mapping.name == "[heap]" {
                .brk
            } else if mapping.isShared && mapping.name.hasPrefix("/") {
                .shared
            } else if mapping.isExecutable && !mapping.name.isEmpty {
                .code
            } else if mapping.name.hasPrefix("/") {
                .fileData
            } else {
                .other
            }
        bytes[kind] = (bytes[kind] ?? .zero) + mapping.resident
    }

    private static func classParts(_ account: HeapAccount, _ classes: [ClassFigures]) -> [ClassPart] {
        let parts = zip(classes.indices, classes).map { number, figures in
            // Which of the blocks that are not free are in physical memory is not known: the program's as well as those in caches.
            let used = account.used[number]
            func share(of blocks: UInt64) -> ByteCount {
                let all = max(Double(figures.usedBlocks), 1)
                return ByteCount(rounding: used.asDouble * min(Double(blocks) / all, 1))
            }
            let inThreads = min(share(of: figures.threadCacheBlocks), used)
            let inTransfer = min(share(of: figures.transferBlocks), used - inThreads)
            return ClassPart(
                blockBytes: figures.block, blocks: figures.programBlocks, usedBytes: used - inThreads - inTransfer,
                cachedBytes: inThreads + inTransfer, threadCacheBytes: inThreads, aroundBytes: account.around[number])
        }
        return parts.filter { $0.bytes > .zero }.sorted { $0.bytes > $1.bytes }
    }

    /// The bytes of a part.
    func bytes(of kind: MemoryPart.Kind) -> ByteCount { parts.first { $0.kind == kind }?.bytes ?? .zero }

    /// The parts' sum.
    var sum: ByteCount { parts.reduce(.zero) { $0 + $1.bytes } }
}
