import Glibc
import SystemPackage

/// The files that belong to the command: its own, and those that were built or installed with it.
enum OwnFiles {
    #if arch(x86_64)
        private static let architecture = "x86_64-linux-gnu"
    #else
        private static let architecture = "aarch64-linux-gnu"
    #endif

    /// The folders in which they may lie, seen from the command's: beside it, as they are built, or where they are installed.
    private static let places = [
        ".", "../lib", "../lib/\(architecture)", "../lib/pageheap", "../lib/\(architecture)/pageheap",
        "../libexec/pageheap", "../libexec",
    ]

    /// The command's own file; nil if `/proc` cannot be read.
    static var command: FilePath? { FilePath("/proc/self/exe").resolved }

    /// Returns the first file of one of the names that may be used.
    ///
    /// - Parameters:
    ///   - names: the more specific first.
    ///   - mode: `R_OK`, or `X_OK` for a program.
    static func find(_ names: [String], mode: Int32 = R_OK) -> FilePath? {
        guard let folder = command?.removingLastComponent() else { return nil }
        return candidates(names, in: folder).first { $0.withPlatformString { access($0, mode) } == 0 }
    }

    /// What a user can do if a file that belongs to the command is missing.
    ///
    /// - Parameters:
    ///   - product: what the package manager calls it.
    ///   - folder: the command's.
    static func remedy(product: String, in folder: FilePath? = command?.removingLastComponent()) -> String {
        // Where the package manager builds the command, it notes beside it what the command consists of.
        let isBuilt = folder?.appending("pageheap.product").withPlatformString { access($0, F_OK) } == 0
        return isBuilt ? "build it with 'swift build -c release --product \(product)'" : "install PageHeap again"
    }

    /// Returns where files of these names may lie.
    static func candidates(_ names: [String], in folder: FilePath) -> [FilePath] {
        places.flatMap { place in
            names.map { folder.pushing(FilePath(place)).lexicallyNormalized().appending($0) }
        }
    }
}
