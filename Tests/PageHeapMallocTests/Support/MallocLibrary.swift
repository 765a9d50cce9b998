import Foundation

/// The malloc library of this build.
enum MallocLibrary {
    static let fileName = "libpageheapmalloc.so"

    /// Beside the test products, or where the variable MALLOC_UNDER_TEST says. (A variable named PAGEHEAP_… would be
    /// taken for an option by the library itself.)
    static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["MALLOC_UNDER_TEST"] { return path }
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        for product in CommandLine.arguments + [executable].compactMap({ $0 }) {
            var folder = URL(fileURLWithPath: product).resolvingSymlinksInPath().deletingLastPathComponent()
            while folder.path != "/" {
                let candidate = folder.appendingPathComponent(fileName).path
                if FileManager.default.fileExists(atPath: candidate) { return candidate }
                folder.deleteLastPathComponent()
            }
        }
        return nil
    }()

    /// The path; a missing library is a failure, never a reason to skip.
    static func requirePath() throws -> String {
        guard let path else { throw Missing() }
        return path
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String {
            "\(MallocLibrary.fileName) is not beside the test products: swift build --product pageheapmalloc"
        }
    }
}
