/// A scavenger on the real operating system that several ``SystemHeap``s share, for use outside the core.
///
/// A handle; copies refer to the same scavenger. The scavenger ends once its owner has dropped its reference and the
/// last heap that uses it is torn down: then the worker is stopped, and the memory is returned.
package struct SystemScavenger: Sendable {
    nonisolated(unsafe) let worker: Worker<HostOperatingSystem>

    private typealias State = WorkerState<HostOperatingSystem>

    private static func stateBytes(_ system: HostOperatingSystem) -> ByteCount {
        ByteCount(UInt(MemoryLayout<State>.size)).roundedUp(to: system.physicalPageBytes)
    }

    init(_ worker: Worker<HostOperatingSystem>) { self.worker = worker }

    /// Creates a scavenger; nil if the system refuses memory.
    ///
    /// - Parameters:
    ///   - share: the share of CPU time to use for all heaps together, 0.001 to 1.
    ///   - pacer: how the worker keeps to it.
    package init?(share: Double, pacer: PacerKind) {
        let system = HostOperatingSystem()
        guard let memory = system.mapMetadata(Self.stateBytes(system)) else { return nil }
        self.init(
            Worker(
                startedIn: memory.bindMemory(to: State.self, capacity: 1), system, share: share, pacer: pacer))
    }

    /// Drops a reference. Dropping the last one ends the scavenger.
    package func dropReference() {
        guard worker.dropReference() else { return }
        worker.stop()
        let system = HostOperatingSystem()
        system.unmapWholeMetadata(worker.state, Self.stateBytes(system))
    }
}
