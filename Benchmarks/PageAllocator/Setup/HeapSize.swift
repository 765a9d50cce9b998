/// Formats the size of a heap for the name of a workload.
enum HeapSize {
    static func text(_ gibibytes: UInt) -> String { gibibytes >= 1024 ? "\(gibibytes / 1024)TiB" : "\(gibibytes)GiB" }
}
