/// A part of a process's physical memory.
struct MemoryPart: Hashable, Sendable, Encodable {
    /// What it is, in the order in which the parts are shown.
    enum Kind: String, CaseIterable, Encodable, Sendable {
        case blocks, threadCaches, transferCaches, around, cached, free, back, new
        case code, fileData, stack, brk, shared, other
        /// In place of ``other``, if the heap could not be told apart.
        case undivided
    }

    let kind: Kind
    let bytes: ByteCount

    /// Whether it is a part of the heap.
    var isHeap: Bool {
        switch kind {
        case .blocks, .threadCaches, .transferCaches, .around, .cached, .free, .back, .new: true
        case .code, .fileData, .stack, .brk, .shared, .other, .undivided: false
        }
    }

    var name: String {
        switch kind {
        case .blocks: "blocks of the program"
        case .threadCaches: "free blocks in threads' caches"
        case .transferCaches: "free blocks in transfer caches"
        case .around: "free, beside blocks on the same pages"
        case .cached: "free, in page and large-block caches"
        case .free: "free pages that may go back"
        case .back: "given back, and there again"
        case .new: "grown while it was counted"
        case .code: "code of the program and libraries"
        case .fileData: "data of the program and libraries"
        case .stack: "the main thread's stack"
        case .brk: "other allocators' memory (brk)"
        case .shared: "shared memory"
        case .other: "other anonymous mappings"
        case .undivided: "the heap and other anonymous mappings"
        }
    }

    /// What would change it; nil if no setting does.
    var remedy: String? {
        switch kind {
        case .blocks: "the program: it has not freed them"
        case .threadCaches: "goes back when its thread sleeps, or by 'ctl PID release'"
        case .transferCaches, .cached: "goes back when it is idle, or by 'ctl PID release'"
        case .around: "freeing the blocks beside it: 'run --profile x.pinned.folded' tells whose"
        case .free: "PAGEHEAP_RETAIN_PERCENT, PAGEHEAP_MEMORY_LIMIT; 'ctl PID release'"
        case .back: "PAGEHEAP_HUGE_PAGES=never, or the system's setting for huge pages"
        case .other: "threads' stacks, mappings of the program, and the heap's own books"
        case .undivided: "not told apart; see below"
        case .new, .code, .fileData, .stack, .brk, .shared: nil
        }
    }
}
