import Foundation
import PageHeap

// Checks the malloc that it runs on, and a heap of its own, through the same interface. An argument names a library to
// load first.
@main
struct ProcessMallocProgram {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func check(_ condition: Bool, _ text: String, line: Int = #line) throws {
        if !condition { throw Failure(description: "line \(line): not true: \(text)") }
    }

    static func main() {
        do {
            for library in CommandLine.arguments.dropFirst() {
                try check(dlopen(library, RTLD_NOW | RTLD_GLOBAL) != nil, "the library can be loaded")
            }
            let malloc = try ProcessMalloc()
            try blocks(malloc)
            try limits(malloc)
            try limits(try PagedHeap())
            malloc.setTrace(.text)
            malloc.releaseFreeMemory()
            malloc.setTrace(.none)
            malloc.releaseFreeMemory()
        } catch {
            print(error)
            exit(1)
        }
    }

    static func blocks(_ malloc: ProcessMalloc) throws {
        let before = malloc.mallocStatistics
        var arrays = (0..<1000).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 50_000) }
        // The optimiser may end the life of a value that is no longer used.
        let held = withExtendedLifetime(arrays) { malloc.mallocStatistics }
        try check(held.blockByteCount >= before.blockByteCount + 50_000_000, "blocks count")
        try check(held.heap.inUseByteCount >= before.heap.inUseByteCount + 50_000_000, "pages in use count")
        try check(held.threadCacheCount >= 1 && held.heap.metadataByteCount > 0, "caches and books count")
        arrays.removeAll()
        let resident = malloc.residentByteCount() ?? 0
        try check(resident >= 50_000_000, "what was written to is resident")
        let returned = malloc.releaseFreeMemory()
        try check(returned >= 40_000_000 && returned <= resident, "what was resident was given back")
        try check(malloc.residentByteCount().map { $0 <= resident - returned } == true, "and is resident no more")
        let after = malloc.mallocStatistics
        try check(after.heap.retainedByteCount + 40_000_000 <= held.heap.retainedByteCount, "it is retained no more")
        try check(
            after.heap.releasedOnRequestTotalByteCount > 0 && after.heap.forcedReleaseSeconds > 0, "it is accounted for"
        )
        let decoded = try JSONDecoder().decode(MallocStatistics.self, from: JSONEncoder().encode(after))
        try check(decoded == after, "figures can be coded")
    }

    static func limits(_ heap: some ScavengedHeap) throws {
        try check(heap.memoryLimit == nil && heap.statistics.memoryLimitByteCount == nil, "there is no limit")
        try heap.setMemoryLimit(1 << 40)
        try check(heap.memoryLimit == 1 << 40 && heap.statistics.memoryLimitByteCount == 1 << 40, "there is one")
        for wrong in [0, -1] {
            do {
                try heap.setMemoryLimit(wrong)
                throw Failure(description: "a limit of \(wrong) was taken")
            } catch PageHeapError.invalidConfiguration {}
        }
        try heap.setMemoryLimit(nil)
        try check(heap.memoryLimit == nil, "there is none again")
        let figures = heap.statistics
        let retained = figures.inUseByteCount + figures.cachedByteCount + figures.freeRetainedByteCount
        let sum = retained + figures.releasedByteCount + figures.releasedInUseByteCount
        try check(figures.systemByteCount == sum && figures.retainedByteCount == retained, "the books balance")
    }
}
