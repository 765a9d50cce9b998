extension PagedHeap.Configuration {
    /// What decides how much memory a heap is expected to need, and so how much free memory it keeps.
    public enum Cycles: Hashable, Sendable {
        /// The heap estimates its need from recent use. For memory that is managed by hand.
        case demand
        /// The heap's owner states the need with ``PagedHeap/endCycle(heapGoal:)`` at the end of each
        /// collection. For a runtime with a garbage collector.
        case runtime
    }
}
