import FoundationEssentials

/// What the tool writes as JSON, by the command. Each document is recognized by its keys, so that a file that is given to the wrong
/// command can be named.
enum SavedKind: String, CaseIterable, Sendable {
    case run = "pageheap run --json"
    case comparison = "pageheap compare --json"
    case difference = "pageheap diff --json"
    case map = "pageheap map --json"
    case replay = "pageheap replay --json"
    case account = "pageheap explain --json"
    case statistics = "pageheap stats --json"
    case trace = "pageheap trace --json"
    case request = "pageheap ctl --json"
    case findings = "pageheap doctor --json"

    /// The kind of a document; nil if it is none of the tool's.
    init?(of text: [UInt8]) {
        guard let kind = Self.kinds(of: text).first else { return nil }
        self = kind
    }

    /// The kinds that a document may be by its keys: one, if the tool wrote it.
    static func kinds(of text: [UInt8]) -> [SavedKind] {
        let (decoder, data) = (JSONDecoder(), Data(text))
        if let keys = try? decoder.decode([String: Ignored].self, from: data) {
            return allCases.filter { kind in !kind.isList && kind.keys.allSatisfy { keys[$0] != nil } }
        }
        guard let first = try? decoder.decode([[String: Ignored]].self, from: data).first else { return [] }
        return allCases.filter { kind in kind.isList && kind.keys.allSatisfy { first[$0] != nil } }
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    /// Whether it is a list of objects with these keys.
    private var isList: Bool { self == .findings }

    private var keys: [String] {
        switch self {
        case .run: ["samplesTaken", "processHistory"]
        case .comparison: ["allocators", "endingsAgree"]
        case .difference: ["first", "second", "figures"]
        case .map: ["pageBytes", "ranges"]
        case .replay: ["policies", "allocators"]
        case .account: ["parts"]
        case .statistics: ["heap", "process", "residentBytes"]
        case .trace: ["losses", "fileBytes"]
        case .request: ["action", "process", "isComplete"]
        case .findings: ["topic", "verdict", "sentence"]
        }
    }
}
