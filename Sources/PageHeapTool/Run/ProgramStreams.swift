/// Where a program's standard streams lead: to the tool's own, or nowhere.
struct ProgramStreams: Hashable, Sendable {
    /// Whether it reads what the tool would read, and not from an empty file.
    var readsInput = true
    /// Whether what it writes goes where the tool's output and messages go, and not away.
    var writesOutput = true

    /// All three are the tool's own.
    static let inherited = ProgramStreams()
}
