import Foundation
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
            bytes = try FileReading.bytes(of: path, limit: limit)
        } catch {
            throw ToolError(.noInput, "'\(path)' cannot be read: \(error)")
        }
        if bytes.count >= limit { throw ToolError(.noInput, "'\(path)' is too large to be a \(what)") }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ToolError(
                .noInput, "'\(path)' is not a \(what) that '\(command)' of this version saved: \(reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(place(context)) has no '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(place(context)) is of another type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: syntax(context)
        case .dataCorrupted(let context): "\(place(context)) is out of range"
        default: "\(error)"
        }
    }

    /// What the parser says of a text that is no JSON: it names the line and the column.
    private static func syntax(_ context: DecodingError.Context) -> String {
        let detail = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
        return (detail ?? "it is not JSON, or a number in it is out of range").split(separator: "\n").joined(
            separator: " ")
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? "it" : "'\(path)'"
    }
}
