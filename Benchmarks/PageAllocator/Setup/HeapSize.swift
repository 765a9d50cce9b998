/// Sizes of heaps as they are written in a workload's name.
enum HeapSize {
    static func text(_ gibibytes: UInt) -> String { gibibytes >= 1024 ? "\(gibibytes / 1024)TiB" : "\(gibibytes)GiB" }
}
