import PageHeapCore
import Testing

/// A machine, a shape of heap, and the number of random operations in each run of the tests.
struct ModelScenario: Sendable, CustomTestStringConvertible {
    let shape: ModelShape
    let physicalPage: ByteCount
    let hugePage: ByteCount
    let operations: Int

    init(_ shape: ModelShape, physicalPage: UInt, hugePage: UInt, operations: Int) {
        self.shape = shape
        self.physicalPage = ByteCount(physicalPage)
        self.hugePage = ByteCount(hugePage)
        self.operations = operations
    }

    var testDescription: String {
        "\(shape) heap, pages of \(physicalPage.rawValue >> 10) KiB, huge pages of \(hugePage.rawValue >> 10) KiB"
    }

    /// 200,000 operations in all.
    static let all = [
        ModelScenario(.small, physicalPage: 4096, hugePage: 0, operations: 60_000),
        ModelScenario(.small, physicalPage: 16384, hugePage: 2 << 20, operations: 40_000),
        ModelScenario(.small, physicalPage: 524_288, hugePage: 4 << 20, operations: 20_000),
        ModelScenario(.wide, physicalPage: 4096, hugePage: 2 << 20, operations: 35_000),
        ModelScenario(.wide, physicalPage: 65536, hugePage: 0, operations: 35_000),
        ModelScenario(.large, physicalPage: 4096, hugePage: 2 << 20, operations: 6000),
        ModelScenario(.large, physicalPage: 65536, hugePage: 32 << 20, operations: 4000),
    ]
}
