/// A process of a trace: one program that a process executed. A process that executes another program begins a new one.
public struct TracedProcess: Hashable, Sendable {
    /// The number of the process in the trace, from 0 in the order of their beginnings.
    public let number: UInt32
    /// The system's identifier; 0 if the description of the process is lost.
    public let identifier: UInt32
    /// The identifier of the process's parent.
    public let parentIdentifier: UInt32
    /// The number of the process that this one was forked from, with a copy of its memory; nil if it was executed.
    public let forkedFrom: UInt32?
    /// The file that it executed.
    public let executable: String
    /// Its arguments, with the program's own name first. Long ones are cut off.
    public let arguments: [String]
    /// When its recording began, in nanoseconds since that of the trace.
    public let start: UInt64
    /// How many threads have events.
    public let threadCount: Int
    /// How many bytes of the file its events take, at most.
    public let eventBytes: UInt64

    /// The name by which the process was started, without its folder; that of the executable if there is none. (A name may be a
    /// link to an executable that has another.)
    public var name: String {
        let started = arguments.first.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 } ?? ""
        let path = started.isEmpty ? executable : started
        return path.split(separator: "/").last.map(String.init) ?? path
    }
}
