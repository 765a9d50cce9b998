/// Up to four chunks whose summaries have changed, each with the summary that the levels above still reflect.
struct PendingChunks {
    struct Change {
        var chunk = ChunkIndex(UInt.max)
        var known = PageSummary.full
    }

    private var first = Change()
    private var second = Change()
    private var third = Change()
    private var fourth = Change()
    private(set) var count = 0

    @inline(__always)
    var isEmpty: Bool { count == 0 }

    @inline(__always)
    var isFull: Bool { count == 4 }

    @inline(__always)
    func contains(_ chunk: ChunkIndex) -> Bool {
        first.chunk == chunk || second.chunk == chunk || third.chunk == chunk || fourth.chunk == chunk
    }

    /// - Parameter index: less than ``count``.
    @inline(__always)
    subscript(index: Int) -> Change {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }

    /// Adds a chunk. The list must not be full.
    @inline(__always)
    mutating func append(_ chunk: ChunkIndex, known: PageSummary) {
        let change = Change(chunk: chunk, known: known)
        switch count {
        case 0: first = change
        case 1: second = change
        case 2: third = change
        default: fourth = change
        }
        count &+= 1
    }

    mutating func removeAll() { self = PendingChunks() }
}
