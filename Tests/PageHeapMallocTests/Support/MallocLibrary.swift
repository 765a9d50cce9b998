import Foundation
import TestSupport

/// The malloc library of this build.
enum MallocLibrary {
    static let fileName = "libpageheapmalloc.so"

    /// The path in the variable MALLOC_UNDER_TEST, else of the library beside the tests; nil if that was not built.
    /// (The library itself would take a variable named PAGEHEAP_… for an option.)
    static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["MALLOC_UNDER_TEST"] { return path }
        let product = BuildProducts.path(of: fileName)
        return FileManager.default.fileExists(atPath: product) ? product : nil
    }()

    /// Returns the path; a missing library is a failure, never a reason to skip.
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
