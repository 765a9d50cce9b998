import CPageHeapReplay
import PageHeapReplay

/// What a trace came to when it was performed for real under an allocator. Sizes are in bytes, times in seconds.
struct AllocatorReplay: Hashable, Sendable {
    let name: String
    /// The library's path; nil for the C library's own malloc.
    let library: String?
    let counts: EventCounts
    /// Resident memory without what the replaying program needs itself: at its highest, after the last event, and after the
    /// idle time.
    let peakResidentBytes: UInt64
    let finalResidentBytes: UInt64
    let idleResidentBytes: UInt64
    let idleSeconds: Double
    /// Until the last event; touching the blocks is part of it.
    let wallSeconds: Double
    let userCPUSeconds: Double
    let systemCPUSeconds: Double
    /// CPU time in the idle time: the allocator's own threads.
    let idleCPUSeconds: Double
    let faults: UInt64

    init(
        _ allocator: ComparedAllocator, _ counts: EventCounts, _ result: pageheap_replay_result, idleSeconds: Double
    ) {
        name = allocator.name
        library = allocator.library?.path.string
        var counts = counts
        counts.refused = result.refused
        self.counts = counts
        peakResidentBytes = result.peak_resident_bytes
        finalResidentBytes = result.final_resident_bytes
        idleResidentBytes = result.idle_resident_bytes
        self.idleSeconds = idleSeconds
        wallSeconds = Double(result.wall_nanoseconds) * 1e-9
        userCPUSeconds = Double(result.user_nanoseconds) * 1e-9
        systemCPUSeconds = Double(result.system_nanoseconds) * 1e-9
        idleCPUSeconds = Double(result.idle_cpu_nanoseconds) * 1e-9
        faults = result.faults
    }
}
