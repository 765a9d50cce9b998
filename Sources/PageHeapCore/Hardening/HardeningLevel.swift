/// How much work a malloc heap does to catch wrong uses of its blocks. Each level includes what the ones below it do.
///
/// - Level 0 catches what costs the fast path next to nothing.
/// - Level 1 also tracks the state of each small block (``BlockStates``), so that a wrong free is caught at the call.
/// - Level 2 sends every request down the slow path (`MallocHeap+Hardening`):
///   - freed blocks are filled, wait in a ``Quarantine``, and are cleared before they can be handed out again; a write
///     to a freed block is noticed at either step;
///   - blocks are handed out in random order;
///   - large blocks end at a guard page, and cannot be accessed while they are in quarantine;
///   - a few small blocks have a page of their own between guard pages (``GuardedBlocks``), and a report of a wrong access
///     to one names the calls that allocated and freed it.
package enum HardeningLevel: UInt8, Sendable {
    case unhardened = 0
    case checksFrees = 1
    case full = 2
}
