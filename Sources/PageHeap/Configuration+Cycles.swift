extension PageHeap.Configuration {
    /// Who says what a heap will need, and so how much of its free memory it keeps.
    public enum Cycles: Hashable, Sendable {
        /// The heap itself, from what was in use of late. For memory that is managed by hand.
        case demand
        /// The heap's owner, by ``PageHeap/PageHeap/endCycle(heapGoal:)``, whenever a collection has ended. For a runtime
        /// with a garbage collector.
        case runtime
    }
}
