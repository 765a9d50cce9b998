import Foundation
import SystemPackage

/// Reads the result of a run that was saved as JSON.
enum SavedRun {
    /// The largest file that is read: some hundred times what the longest run writes.
    static let limit = 1 << 30

    static func read(_ path: FilePath) throws(ToolError) -> RunResult {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.bytes(of: path, limit: limit)
        } catch {
            throw ToolError(.noInput, "'\(path)' cannot be read: \(error)")
        }
        if bytes.count >= limit { throw ToolError(.noInput, "'\(path)' is too large to be a saved run") }
        do {
            return try JSONDecoder().decode(RunResult.self, from: Data(bytes))
        } catch {
            throw ToolError(
                .noInput, "'\(path)' is not a run that 'pageheap run --json' of this version saved: \(reason(error))")
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
