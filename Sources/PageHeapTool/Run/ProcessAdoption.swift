/// Makes the tool the parent of descendants whose own parent has ended, so that it can follow and reap them.
enum ProcessAdoption {
    /// Turns adoption on. If the system does not support it, orphaned processes are followed by their statistics pages
    /// only.
    ///
    /// - Returns: whether the tool adopts orphans now.
    static func start() -> Bool {
        let setChildSubreaper: Int32 = 36  // PR_SET_CHILD_SUBREAPER
        return SystemFunction.processControl()?(setChildSubreaper, 1, 0, 0, 0) == 0
    }
}
