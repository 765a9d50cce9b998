/// How far a pass over all spans, for holes, has come. The worker's own, under the pass lock.
package struct HolePass {
    /// The next record to look at; 0 where no pass is going on.
    var next = 0
    /// A span was too recently used: a later pass may find something in it.
    var sawBusySpan = false
    /// Bytes released in this pass.
    var released: ByteCount = 0

    package init() {}
}
