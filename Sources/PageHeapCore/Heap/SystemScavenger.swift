/// A scavenger on the real operating system that several ``SystemHeap``s share, for use outside the core.
///
/// A handle; copies refer to the same scavenger. The scavenger ends once its owner has dropped its reference and the
/// last heap that uses it is torn down: then the worker is stopped, and the memory is returned.
package struct SystemScavenger: Sendable {
    nonisolated(unsafe) let scavenger: SharedScavenger<HostOperatingSystem>

    private typealias State = SharedScavengerState<HostOperatingSystem>

    private static func stateBytes(_ system: HostOperatingSystem) -> ByteCount {
        ByteCount(UInt(MemoryLayout<State>.size)).roundedUp(to: system.physicalPageBytes)
    }

    init(_ scavenger: SharedScavenger<HostOperatingSystem>) { self.scavenger = scavenger }

    /// Creates a scavenger; nil if the system refuses memory.
    ///
    /// - Parameters:
    ///   - share: the share of CPU time to use for all heaps together, 0.001 to 1.
    ///   - pacer: how the worker keeps to it.
    package init?(share: Double, pacer: PacerKind) {
        let system = HostOperatingSystem()
        let bytes = Self.stateBytes(system)
        guard let memory = system.mapMetadata(bytes) else { return nil }
        let state = memory.bindMemory(to: State.self, capacity: 1)
        state.initialize(to: State(system, share: share, pacer: pacer))
        self.init(SharedScavenger(state))
    }

    /// Drops a reference. Dropping the last one ends the scavenger.
    package func dropReference() {
        guard scavenger.dropReference() else { return }
        scavenger.stop()
        let system = HostOperatingSystem()
        system.unmapWholeMetadata(scavenger.state, Self.stateBytes(system))
    }

    /// Adds a heap that wants a worker to the ring.
    func look(after heap: SharedScavenger<HostOperatingSystem>.Member) {
        scavenger.join(heap) {
            SharedScavenger($0.assumingMemoryBound(to: SharedScavengerState<HostOperatingSystem>.self)).run()
        }
    }
}
