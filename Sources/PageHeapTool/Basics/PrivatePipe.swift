import Glibc

/// A pipe whose ends no program inherits. Who makes it closes them.
struct PrivatePipe {
    let reader: Int32
    let writer: Int32

    /// Makes a pipe; nil if the system refuses it.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
    }
}
