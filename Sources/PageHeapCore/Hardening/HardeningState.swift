/// What a malloc heap has for hardening level 2, in memory that does not move; valid (off) when zeroed.
package struct HardeningState: ~Copyable {
    /// Guards the pool of guarded blocks. Rare: it is taken when a guarded block is allocated or freed.
    let lock: FutexLock<LockRanks.GuardedBlocks>
    /// Nil below level 2.
    var quarantine: Quarantine?
    /// Whether the system has guard pages.
    var hasGuards: Bool
    var guarded: GuardedBlocks
    /// The mean number of requests from one guarded block to the next; 0 if there are none.
    var guardInterval: UInt64
    var helper: FaultReportHelper
}

/// What reports of wrong uses need from outside the core. The functions are called without a lock.
package struct FaultReportHelper: Sendable {
    /// Writes the return addresses of the calls that led here, the innermost first, at most as many as the second argument
    /// says, and returns their number.
    package var unwind: (@convention(c) (UnsafeMutablePointer<UInt>, Int32) -> Int32)?
    /// Writes where a return address lies, as text that ends with 0 and fits the size in bytes. Returns false if it lies in
    /// the malloc itself, which is no news.
    package var describe: (@convention(c) (UInt, UnsafeMutablePointer<CChar>, UInt) -> Bool)?

    package init() {}
}
