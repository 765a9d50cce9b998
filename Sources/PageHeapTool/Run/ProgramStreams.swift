/// The standard streams of a program.
struct ProgramStreams: Hashable, Sendable {
    /// Where a stream leads.
    enum Place: Hashable, Sendable {
        /// Where the tool's own leads.
        case inherited
        /// To `/dev/null`: an input is empty, and output is dropped.
        case nowhere
        /// To a file that the tool has opened.
        case file(Int32)
    }

    var input = Place.inherited
    var output = Place.inherited
    var errors = Place.inherited

    /// The tool's own streams.
    static let inherited = ProgramStreams()
}
