import SystemPackage

/// Searches the usual folders for the libraries of allocators.
struct LibraryFinder: Sendable {
    /// The folders to search, in order.
    let folders: [FilePath]
    /// Returns the reason why a library that seems suitable cannot be preloaded; nil if it can.
    let refusal: @Sendable (PreloadLibrary) -> String?
    /// What every program has loaded.
    let systemPreload: SystemPreload

    /// Creates a finder.
    ///
    /// - Parameters:
    ///   - libraryPath: the value of LD_LIBRARY_PATH, whose folders are searched first.
    ///   - root: the root of the file tree.
    ///   - refusal: asks the loader whether it accepts a library.
    init(
        libraryPath: String?, root: FilePath = "/",
        refusal: @escaping @Sendable (PreloadLibrary) -> String? = PreloadProbe.refusal
    ) {
        self.refusal = refusal
        systemPreload = SystemPreload(root: root)
        let named = (libraryPath ?? "").split { $0 == ":" || $0 == ";" }.map { FilePath(String($0)) }
        let usual = ["usr/local/lib", "usr/lib", "lib"].flatMap { place in
            let folder = root.appending(place)
            // Multiarch systems have a folder per platform, such as x86_64-linux-gnu.
            let platforms = FileReading.names(in: folder).filter { $0.contains("-linux-") }.sorted()
            return platforms.map(folder.appending) + [root.appending("\(place)64"), folder]
        }
        folders = named + usual
    }

    /// Throws an error if the system loads a malloc into every program: one that is to run on another, or on the C library's, would
    /// have that one in its place or beside it.
    func checkMallocsCanBeChosen() throws(ToolError) {
        guard let malloc = systemPreload.malloc else { return }
        throw ToolError(
            .noInput,
            "no program can run on another allocator here: \(SystemPreload.file) gives every program the malloc of '\(malloc)'; take "
                + "it out of that file first")
    }

    /// Finds the library of an allocator for the platform of another library. Returns nil if none can be loaded.
    func find(_ allocator: KnownAllocator, matching header: ELFHeader) -> PreloadLibrary? {
        for fileName in allocator.fileNames {
            for folder in folders {
                let names = FileReading.names(in: folder)
                for name in Self.versions(of: fileName, among: names) {
                    let library = try? PreloadLibrary(candidate: folder.appending(name), matching: header)
                    if let library, refusal(library) == nil { return library }
                }
            }
        }
        return nil
    }

    /// Returns the names that are versions of a library, such as `libx.so.2.1`: the highest version first, a name
    /// without a version last.
    static func versions(of fileName: String, among names: [String]) -> [String] {
        let versioned: [(name: String, version: [Int])] = names.compactMap { name in
            if name == fileName { return (name, []) }
            guard name.hasPrefix(fileName + ".") else { return nil }
            let parts = name.dropFirst(fileName.count + 1).split(separator: ".", omittingEmptySubsequences: false)
            let version = parts.compactMap { Int($0) }
            return version.count == parts.count ? (name, version) : nil
        }
        return versioned.sorted { $1.version.lexicographicallyPrecedes($0.version) }.map(\.name)
    }
}
