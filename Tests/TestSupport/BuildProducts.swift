import Foundation

/// The products of the build that the tests belong to: the command, the malloc library and the tests lie in one folder.
package enum BuildProducts {
    /// The folder of the running test executable.
    package static let folder: String = {
        let executable =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: executable).deletingLastPathComponent().path
    }()

    /// The path of a product, which need not have been built.
    package static func path(of name: String) -> String { "\(folder)/\(name)" }
}
