/// Says in one sentence why a process's resident memory is not lower.
struct ExplainSentence: Sendable {
    private let account: MemoryAccount

    init(_ account: MemoryAccount) {
        self.account = account
    }

    var text: String {
        guard let largest = account.parts.max(by: { $0.bytes < $1.bytes }) else {
            return "The process has no physical memory."
        }
        let share = TimeText.share(largest.bytes.asDouble, of: account.resident.asDouble)
        return "Resident memory is not lower because \(share) of it (\(largest.bytes)) \(Self.reason(largest.kind))."
    }

    private static func reason(_ kind: MemoryPart.Kind) -> String {
        switch kind {
        case .blocks: "is in blocks that the program has allocated and not freed"
        case .threadCaches: "is in free blocks that threads keep at hand"
        case .transferCaches: "is in free blocks that threads keep at hand together"
        case .around: "is free, but lies on the same pages as blocks that are not; only freeing those gives it back"
        case .cached: "is free, and kept at hand because it was needed a moment ago"
        case .free: "is free, and kept because it may be needed again, or has not been given back yet"
        case .back: "was given back, and made resident again by huge pages"
        case .new: "was taken while memory was counted"
        case .code: "is code of the program and its libraries"
        case .fileData: "is data of files that are mapped"
        case .stack: "is the main thread's stack"
        case .brk: "was taken by another allocator, with brk"
        case .shared: "is shared memory"
        case .undivided: "is in the heap and in other anonymous mappings, which could not be told apart"
        case .other:
            "is in anonymous mappings that are not the heap's pages: threads' stacks and what the program maps itself"
        }
    }
}
