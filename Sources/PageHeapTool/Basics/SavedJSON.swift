import FoundationEssentials
import SystemPackage

/// Reads what the tool saved as JSON.
enum SavedJSON {
    /// The largest file that is read: some hundred times what the longest run writes.
    static let limit = 1 << 30

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - type: what it holds.
    ///   - what: a name for that, such as "saved run".
    ///   - command: the command that saves it.
    static func read<Content: Decodable>(
        _ type: Content.Type, _ path: FilePath, what: String, command: String
    ) throws(ToolError) -> Content {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.bytes(of: path, limit: limit, goesOn: mayBeJSON)
        } catch {
            throw ToolError(.noInput, "'\(path)' cannot be read: \(error)")
        }
        if bytes.count >= limit { throw ToolError(.noInput, "'\(path)' is too large to be a \(what)") }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let other = SavedKind(of: bytes).flatMap { $0.rawValue == command ? nil : $0.rawValue }
            let reason = other.map { "it is what '\($0)' writes" } ?? reason(error, bytes)
            throw ToolError(
                .noInput, "'\(path)' is not a \(what) that '\(command)' of this version saved: \(reason)")
        }
    }

    /// Whether a text that begins so can be JSON: `/dev/zero` is not read on.
    private static func mayBeJSON(_ beginning: [UInt8]) -> Bool {
        beginning.first.map { " \t\r\n{[\"-0123456789tfn".utf8.contains($0) } ?? true
    }

    private static func reason(_ error: any Error, _ text: [UInt8]) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(place(context)) has no '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(place(context)) is of another type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: syntax(text)
        case .dataCorrupted(let context): "\(place(context)) is out of range"
        default: "\(error)"
        }
    }

    private static func syntax(_ text: [UInt8]) -> String {
        switch JSONSyntax.fault(in: text) {
        case nil: "a number or a text in it is out of range"
        case text.count: "it is cut short, at byte \(text.count)"
        case let offset?: "it is not JSON, at byte \(offset)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? "it" : "'\(path)'"
    }
}

/// What the tool writes as JSON, by the command. A file that is given to the wrong command is recognized by its keys.
private enum SavedKind: String, CaseIterable {
    case run = "pageheap run --json"
    case comparison = "pageheap compare --json"
    case difference = "pageheap diff --json"
    case map = "pageheap map --json"
    case replay = "pageheap replay --json"
    case account = "pageheap explain --json"
    case statistics = "pageheap stats --json"
    case trace = "pageheap trace --json"

    init?(of text: [UInt8]) {
        guard let keys = try? JSONDecoder().decode([String: Ignored].self, from: Data(text)) else { return nil }
        guard let kind = Self.allCases.first(where: { $0.keys.allSatisfy { keys[$0] != nil } }) else { return nil }
        self = kind
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

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
        }
    }
}
