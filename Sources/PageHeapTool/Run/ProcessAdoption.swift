/// Makes the tool the parent of descendants whose own parent ended, so that they stay within reach.
enum ProcessAdoption {
    /// Without effect where the system does not offer it; such processes are then followed by their pages alone.
    static func start() {
        let setChildSubreaper: Int32 = 36  // PR_SET_CHILD_SUBREAPER
        _ = SystemFunction.processControl()?(setChildSubreaper, 1, 0, 0, 0)
    }
}
