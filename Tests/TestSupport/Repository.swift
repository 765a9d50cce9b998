import Foundation

/// The checkout that the tests were compiled from.
package enum Repository {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The path of a file or folder, given relative to the root of the repository.
    package static func path(of name: String) -> String { root.appendingPathComponent(name).path }

    /// The text of a file, given relative to the root of the repository.
    package static func text(of name: String) throws -> String {
        try String(contentsOfFile: path(of: name), encoding: .utf8)
    }
}
