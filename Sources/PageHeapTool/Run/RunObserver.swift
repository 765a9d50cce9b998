/// What follows a run while it lasts, such as a live view. It is called by the supervisor, whose samples are late if it takes long.
protocol RunObserver {
    /// The program is about to be started.
    func begin() throws(ToolError)
    func started(_ process: Int32)
    func sampled(_ sampler: MemorySampler)
    /// The program has ended, or could not be started.
    func end()
}

extension RunObserver {
    func started(_ process: Int32) {}
}
