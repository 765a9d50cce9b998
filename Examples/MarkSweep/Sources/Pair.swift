/// The place of a pair in a ``PairHeap``: its block, and the cell in the block. It is valid until a collection finds
/// that the pair cannot be reached.
public struct Pair: BitwiseCopyable, Hashable, Sendable {
    let block: Int
    let cell: Int
}
