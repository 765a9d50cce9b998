/// A malloc that is known by name and looked for on the machine.
struct KnownAllocator: Hashable, Sendable {
    let name: String
    /// Other words that people use for it.
    let aliases: [String]
    /// Its library's names without the version, the one that is best preloaded first.
    let fileNames: [String]
    /// The package that has it on Debian and its like; nil where there is none.
    let package: String?

    /// In the order in which they are compared.
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

    /// By its name or another word for it, in any case of letters.
    static func named(_ word: String) -> KnownAllocator? {
        let word = word.lowercased()
        return all.first { $0.name == word || $0.aliases.contains(word) }
    }
}
