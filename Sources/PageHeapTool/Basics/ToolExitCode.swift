/// The tool's own exit codes. The exit code of a program that the tool ran is passed on unchanged.
struct ToolExitCode: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// A recording is damaged; what is sound was shown or replayed.
    static let damaged = ToolExitCode(rawValue: 1)
    /// The command line is invalid (`EX_USAGE`).
    static let usage = ToolExitCode(rawValue: 64)
    /// An input is missing or unsuitable (`EX_NOINPUT`).
    static let noInput = ToolExitCode(rawValue: 66)
    /// A process does not answer (`EX_UNAVAILABLE`).
    static let unavailable = ToolExitCode(rawValue: 69)
    /// A file could not be written (`EX_IOERR`).
    static let inputOutput = ToolExitCode(rawValue: 74)
    /// The program exists but cannot be executed, as with `env`, `nohup` and `timeout`.
    static let notExecutable = ToolExitCode(rawValue: 126)
    /// The program was not found, as with `env`, `nohup` and `timeout`.
    static let notFound = ToolExitCode(rawValue: 127)
}
