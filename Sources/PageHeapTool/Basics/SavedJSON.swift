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
    ///   - kind: the kind of document that it is.
    static func read<Content: Decodable>(
        _ type: Content.Type, _ path: FilePath, what: String, kind: SavedKind
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
            let other = SavedKind(of: bytes).flatMap { $0 == kind ? nil : $0 }
            let reason = other.map { "it is what '\($0.rawValue)' writes" } ?? reason(error, bytes)
            throw ToolError(
                .noInput, "'\(path)' is not a \(what) that '\(kind.rawValue)' of this version saved: \(reason)")
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
