import Glibc

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

    /// Keeps files that the tool opens from the places of standard streams that are closed, where they would be read and written
    /// as if they were these. They stay closed for programs, and using them fails as before.
    static func reserveClosed() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            // The lowest descriptor is taken, which is the stream's.
            _ = open("/dev/null", (stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC)
        }
    }
}
