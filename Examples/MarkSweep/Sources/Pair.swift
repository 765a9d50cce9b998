/// The place of a pair in a ``PairHeap``: the block that it is in, and the cell of the block. Valid until a collection finds
/// that nobody can reach it.
public struct Pair: BitwiseCopyable, Hashable, Sendable {
    let block: Int
    let cell: Int
}
