/// What ends a cycle, and with it sets the goal of retained memory.
package enum CycleKind: Sendable {
    /// The worker, once a second while there is something to give: the goal comes from what was needed of late.
    case demand
    /// A runtime with a collector, at each collection: the goal comes from its heap goals.
    case runtime
}
