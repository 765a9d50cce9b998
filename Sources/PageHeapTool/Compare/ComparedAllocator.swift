/// One of the allocators of a comparison.
struct ComparedAllocator: Hashable, Sendable {
    /// The name that is shown.
    var name: String
    /// The library to preload; nil for the program's own malloc.
    let library: PreloadLibrary?
    let isPageHeap: Bool
    /// Settings of PageHeap, as `PAGEHEAP_NAME=value`.
    var settings: [String] = []

    static let pageHeapName = "PageHeap"
    static let systemName = "glibc"

    static func pageHeap(_ library: PreloadLibrary) -> ComparedAllocator {
        ComparedAllocator(name: pageHeapName, library: library, isPageHeap: true)
    }

    static let system = ComparedAllocator(name: systemName, library: nil, isPageHeap: false)
}
