/// A value of the machine: a small integer, nothing, or a pair of the heap.
public enum Value: BitwiseCopyable, Hashable, Sendable {
    case nothing
    case number(Int)
    case pair(Pair)
}
