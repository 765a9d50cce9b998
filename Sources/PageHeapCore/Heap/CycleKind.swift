/// What ends a cycle, and with it sets the goal for retained memory.
package enum CycleKind: Sendable {
    /// The worker ends a cycle once a second while there is memory to release; the goal comes from recent demand.
    case demand
    /// A garbage-collecting runtime ends a cycle at each collection; the goal comes from its heap goals.
    case runtime
}
