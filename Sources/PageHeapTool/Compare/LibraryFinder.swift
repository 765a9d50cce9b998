import SystemPackage

/// Looks for allocators' libraries where libraries usually are.
struct LibraryFinder: Sendable {
    /// The folders to search, in order.
    let folders: [FilePath]
    /// Why a library cannot be preloaded although it looks right; nil if it can.
    let refusal: @Sendable (PreloadLibrary) -> String?

    /// - Parameters:
    ///   - libraryPath: the value of LD_LIBRARY_PATH, whose folders come first.
    ///   - root: where the file tree begins.
    ///   - refusal: asks the loader.
    init(
        libraryPath: String?, root: FilePath = "/",
        refusal: @escaping @Sendable (PreloadLibrary) -> String? = PreloadProbe.refusal
    ) {
        self.refusal = refusal
        let named = (libraryPath ?? "").split { $0 == ":" || $0 == ";" }.map { FilePath(String($0)) }
        let usual = ["usr/local/lib", "usr/lib", "lib"].flatMap { place in
            let folder = root.appending(place)
            // Systems for several processors have a folder for each, such as x86_64-linux-gnu.
            let platforms = FileReading.names(in: folder).filter { $0.contains("-linux-") }.sorted()
            return platforms.map(folder.appending) + [root.appending("\(place)64"), folder]
        }
        folders = named + usual
    }

    /// The library of an allocator, for the platform of another library; nil if there is none that can be loaded.
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

    /// Of names such as `libx.so.2.1` those that are this library, the highest version first and none last.
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
