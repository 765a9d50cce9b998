/// The number of a shard: that of the processors whose threads use it.
package struct ShardIndex: Equatable, Sendable {
    package let rawValue: UInt8

    /// The shard of a processor. Processors beyond the most shards share them.
    @inline(__always)
    package init(processor: UInt32) {
        rawValue = UInt8(truncatingIfNeeded: processor & UInt32(truncatingIfNeeded: Tunables.shardLimit - 1))
    }

    @inline(__always)
    init(_ rawValue: UInt8) { self.rawValue = rawValue }

    /// The shard that always exists.
    package static var first: ShardIndex { ShardIndex(0) }

    @inline(__always)
    package var index: Int { Int(rawValue) }
}
