/// An allocator that the tool knows by name and looks for on the machine.
struct KnownAllocator: Hashable, Sendable {
    let name: String
    /// Other names that people use for the allocator.
    let aliases: [String]
    /// The file names of the library without versions, the most suitable one first.
    let fileNames: [String]
    /// The package on Debian and its derivatives; nil if there is none.
    let package: String?

    /// All known allocators, in the order in which they are compared.
    static let all = [
        KnownAllocator(name: "jemalloc", aliases: [], fileNames: ["libjemalloc.so"], package: "libjemalloc2"),
        KnownAllocator(name: "mimalloc", aliases: [], fileNames: ["libmimalloc.so"], package: "libmimalloc2.0"),
        KnownAllocator(
            name: "tcmalloc", aliases: ["gperftools"], fileNames: ["libtcmalloc_minimal.so", "libtcmalloc.so"],
            package: "libtcmalloc-minimal4"),
        KnownAllocator(
            name: "tbb", aliases: ["tbbmalloc"], fileNames: ["libtbbmalloc_proxy.so"], package: "libtbbmalloc2"),
        KnownAllocator(name: "snmalloc", aliases: [], fileNames: ["libsnmallocshim.so"], package: nil),
    ]

    /// Finds an allocator by its name or an alias. Upper and lower case do not matter.
    static func named(_ word: String) -> KnownAllocator? {
        let word = word.lowercased()
        return all.first { $0.name == word || $0.aliases.contains(word) }
    }
}
