/// One of the allocators that a program is run under.
struct ComparedAllocator: Hashable, Sendable {
    /// As it is shown.
    var name: String
    /// What is preloaded; nil for the malloc that the program has anyway.
    let library: PreloadLibrary?
    let isPageHeap: Bool

    static let pageHeapName = "PageHeap"
    static let systemName = "glibc"

    static func pageHeap(_ library: PreloadLibrary) -> ComparedAllocator {
        ComparedAllocator(name: pageHeapName, library: library, isPageHeap: true)
    }

    static let system = ComparedAllocator(name: systemName, library: nil, isPageHeap: false)
}
