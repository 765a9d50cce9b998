import CPageHeap
import CPageHeapInterface

/// The functions of `pageheap.h`, looked up in the process.
struct ProcessMallocFunctions: Sendable {
    private typealias Question = @convention(c) () -> Int32
    private typealias Version = @convention(c) () -> UInt32

    let statistics: @convention(c) (UnsafeMutablePointer<pageheap_statistics>) -> Int32
    let threadCacheCount: @convention(c) (UnsafeMutablePointer<pageheap_thread_caches>) -> Int32
    let residentByteCount: @convention(c) () -> UInt64
    let release: @convention(c) () -> Int
    let getMemoryLimit: @convention(c) () -> UInt64
    let setMemoryLimit: @convention(c) (UInt64) -> Int32
    let setScavengeTrace: @convention(c) (UInt32) -> Int32

    init() throws(ProcessMallocError) {
        let version: Version = try Self.find("pageheap_version")
        let found = version()
        guard found >> 16 == PAGEHEAP_VERSION_MAJOR else {
            throw .incompatibleInterface(major: Int(found >> 16), minor: Int(found & 0xffff))
        }
        let isProcessMalloc: Question = try Self.find("pageheap_is_process_malloc")
        guard isProcessMalloc() != 0 else { throw .notInUse }
        statistics = try Self.find("pageheap_statistics")
        threadCacheCount = try Self.find("pageheap_thread_caches")
        residentByteCount = try Self.find("pageheap_resident_bytes")
        release = try Self.find("pageheap_release")
        getMemoryLimit = try Self.find("pageheap_get_memory_limit")
        setMemoryLimit = try Self.find("pageheap_set_memory_limit")
        setScavengeTrace = try Self.find("pageheap_set_scavenge_trace")
    }

    /// Looks up a function by name. The caller is responsible for the type.
    private static func find<Function>(_ name: String) throws(ProcessMallocError) -> Function {
        guard let address = pageheap_find_function(name) else { throw .notLoaded }
        return unsafeBitCast(address, to: Function.self)
    }

    /// Returns one snapshot of the heap's figures. Fields that an older library does not know are zero.
    func snapshot() -> pageheap_statistics {
        var all = pageheap_statistics()
        all.size = UInt64(MemoryLayout<pageheap_statistics>.size)
        // The only possible failure, a heap that cannot be set up, would have shown when the malloc was found.
        guard statistics(&all) == 0 else { preconditionFailure("the malloc refused to report its statistics") }
        return all
    }

    /// Returns what threads' caches hold.
    func cached() -> pageheap_thread_caches {
        var all = pageheap_thread_caches()
        all.size = UInt64(MemoryLayout<pageheap_thread_caches>.size)
        guard threadCacheCount(&all) == 0 else { preconditionFailure("a malloc that has no figures") }
        return all
    }
}
