import PageHeap

/// A block: pages full of cells. It is a class, because an array cannot hold a run of pages, and a
/// handle would cost a lock for each cell.
final class Block {
    /// The pages of a block: 64 KiB, so that a heap of a few megabytes has blocks that may become empty.
    static let pages = 8

    static var cellCount: Int { pages * PagedHeap.pageSize / MemoryLayout<Cell>.stride }

    private var run: PageRun
    /// The count of cells in use.
    private(set) var used = 0
    /// No cell below this one is free.
    private var lowestFree = 0

    init(from heap: PagedHeap) throws(PageHeapError) {
        run = try heap.allocate(pageCount: Self.pages)
        run.withUnsafeMutableBytes { _ = $0.initializeMemory(as: Cell.self, repeating: .free) }
    }

    subscript(cell: Int) -> Cell {
        get {
            precondition(cell < Self.cellCount)
            return run.withUnsafeBytes { $0.load(fromByteOffset: cell * MemoryLayout<Cell>.stride, as: Cell.self) }
        }
        set {
            precondition(cell < Self.cellCount)
            run.withUnsafeMutableBytes {
                $0.storeBytes(of: newValue, toByteOffset: cell * MemoryLayout<Cell>.stride, as: Cell.self)
            }
        }
    }

    /// Takes a free cell, or returns nil if there is none.
    func allocate(_ first: Value, _ second: Value) -> Int? {
        while lowestFree < Self.cellCount && self[lowestFree].isUsed { lowestFree += 1 }
        guard lowestFree < Self.cellCount else { return nil }
        defer { lowestFree += 1 }
        self[lowestFree] = Cell(first: first, second: second, isUsed: true, isMarked: false)
        used += 1
        return lowestFree
    }

    /// Frees the cells that are not marked, and removes the marks.
    func sweep() {
        for cell in 0..<Self.cellCount where self[cell].isUsed {
            if self[cell].isMarked {
                self[cell].isMarked = false
            } else {
                self[cell] = .free
                used -= 1
                lowestFree = min(lowestFree, cell)
            }
        }
    }
}
