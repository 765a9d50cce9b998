/// The standard streams of a program: the tool's own, or `/dev/null`.
struct ProgramStreams: Hashable, Sendable {
    /// Whether the program inherits the tool's standard input. If not, its input is empty.
    var readsInput = true
    /// Whether the program inherits the tool's standard output and error. If not, what it writes is dropped.
    var writesOutput = true

    /// The tool's own streams.
    static let inherited = ProgramStreams()
}
