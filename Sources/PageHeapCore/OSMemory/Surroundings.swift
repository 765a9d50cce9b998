/// What surrounds the process: the memory limit of its control groups, and whether tasks have to wait for memory.
package struct Surroundings: Equatable, Sendable {
    /// The memory limit of the process's control group, or of the ancestor of it that leaves the least.
    package var limit: MemoryAllowance?
    /// Nanoseconds for which some task of the process's control group, or of the machine, has waited for memory so far;
    /// nil if the system does not say.
    package var stalledNanoseconds: Int64?
    /// The number of processors that the quotas of the control groups allow; nil if there is none.
    package var processorQuota: Double?

    package init(limit: MemoryAllowance? = nil, stalledNanoseconds: Int64? = nil) {
        self.limit = limit
        self.stalledNanoseconds = stalledNanoseconds
    }
}

/// A memory limit from outside of the process.
package struct MemoryAllowance: Equatable, Sendable {
    /// The bytes that all processes of the group may have together.
    package var limit: ByteCount
    /// The bytes that are left of them; negative if more is in use.
    package var left: Int

    package init(limit: ByteCount, left: Int) {
        self.limit = limit
        self.left = left
    }
}
