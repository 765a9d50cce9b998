import Foundation
import TestSupport

/// The malloc library of this build.
enum MallocLibrary {
    static let fileName = "libpageheapmalloc.so"

    /// Beside the test products, or where the variable MALLOC_UNDER_TEST says. (A variable named PAGEHEAP_… would be
    /// taken for an option by the library itself.)
    static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["MALLOC_UNDER_TEST"] { return path }
        let product = BuildProducts.path(of: fileName)
        return FileManager.default.fileExists(atPath: product) ? product : nil
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
