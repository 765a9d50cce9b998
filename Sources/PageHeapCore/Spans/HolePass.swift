/// The progress of a pass over all spans that looks for holes. Guarded by the pass lock.
package struct HolePass {
    /// The next record to visit; 0 if no pass is under way.
    var next = 0
    /// Whether a span was too recently used, so that a later pass may find something in it.
    var sawBusySpan = false
    /// Bytes released in this pass.
    var released: ByteCount = 0

    package init() {}
}
