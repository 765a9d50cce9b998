/// A heap's map as a PNG picture: a page of the heap is a square of pixels.
struct MapPNG: Sendable {
    let map: HeapMap

    private static let width = 512
    private static let mostRows = 2048
    /// Small heaps are drawn larger.
    private static let fewestRows = 64

    func bytes() -> [UInt8] {
        let raster = MapRaster(map, width: Self.width, mostRows: Self.mostRows)
        let scale = raster.rows.count < Self.fewestRows ? 3 : 2
        let rows = raster.rows.flatMap { row in
            let cells = row + Array(repeating: PageState.absent, count: Self.width - row.count)
            let line = cells.flatMap { Array(repeating: $0.rawValue, count: scale) }
            return Array(repeating: line, count: scale)
        }
        let width = Self.width * scale
        return PNGImage(
            palette: PageState.allCases.map(\.colour), width: width,
            rows: rows.isEmpty ? [Array(repeating: 0, count: width)] : rows
        ).bytes()
    }
}
