/// A cell of a block: a pair, or free.
struct Cell: BitwiseCopyable {
    var first: Value
    var second: Value
    var isUsed: Bool
    var isMarked: Bool

    static var free: Cell { Cell(first: .nothing, second: .nothing, isUsed: false, isMarked: false) }
}
