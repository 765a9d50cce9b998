import CPageHeapReplay
import Glibc
import PageHeapReplay
import PageHeapTrace
import SystemPackage

/// `pageheap-replayer`, which performs a trace under any malloc, and how it is told what to do.
///
/// The events go through a pipe. Whoever is slower waits for the other, so nothing of the trace is kept.
struct ReplayerProgram {
    let path: FilePath
    let environment: RawStrings
    /// How many times faster than recorded; 0 for as fast as possible.
    let speed: Double
    /// Seconds to wait after the last event.
    let idle: Double

    /// Finds the program.
    init(environment: RawStrings, speed: Double, idle: Double) throws(ToolError) {
        guard let path = LauncherFinder.find(LauncherFinder.replayerName) else {
            throw ToolError(
                .noInput,
                "--allocator: \(LauncherFinder.replayerName) was not found beside the command; "
                    + OwnFiles.remedy(product: LauncherFinder.replayerName))
        }
        self.path = path
        self.environment = environment
        self.speed = speed
        self.idle = idle
    }

    private static let eventsPerWrite = 4096

    /// Performs a trace under an allocator.
    ///
    /// - Parameters:
    ///   - path: the trace's name, for errors.
    ///   - shouldStop: asked now and then; told how many events have been handed over.
    /// - Returns: nil if `shouldStop` ended it.
    func perform(
        _ source: inout some AllocationEventSource, of path: FilePath, under allocator: ComparedAllocator,
        shouldStop: (UInt64) -> Bool
    ) throws(ToolError) -> AllocatorReplay? {
        let child = try ReplayerProcess(self, allocator)
        var compiler = StreamCompiler()
        var stream: [pageheap_replay_event] = []
        stream.reserveCapacity(Self.eventsPerWrite + 4)
        var isAtEnd = false
        while !isAtEnd {
            do {
                while stream.count < Self.eventsPerWrite {
                    guard let event = try source.next() else {
                        isAtEnd = true
                        break
                    }
                    compiler.compile(event, into: &stream)
                }
            } catch {
                throw ReplayTrace.failure(path, error)
            }
            let isWritten = child.write(stream) { shouldStop(compiler.counts.total) }
            stream.removeAll(keepingCapacity: true)
            if child.isStopped { return nil }
            if !isWritten { break }
        }
        guard let result = child.finish(shouldStop: { shouldStop(compiler.counts.total) }) else {
            if child.isStopped { return nil }
            throw ToolError(
                .unavailable, "the replay under \(allocator.name) ended without a result: \(child.ending)")
        }
        return AllocatorReplay(allocator, compiler.counts, result, idleSeconds: idle)
    }
}
