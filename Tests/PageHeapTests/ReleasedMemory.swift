/// Whether memory that was released is known to read as zero on the system that runs the tests. On Darwin it may keep what
/// it held.
var releasedReadsZero: Bool {
    #if os(Linux)
        true
    #else
        false
    #endif
}
