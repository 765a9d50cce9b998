/// The exit codes that the tool itself ends with; those of a program that it ran pass through unchanged.
struct ToolExitCode: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// Wrong use of the command line (`EX_USAGE`).
    static let usage = ToolExitCode(rawValue: 64)
    /// An input that is missing or cannot serve (`EX_NOINPUT`).
    static let noInput = ToolExitCode(rawValue: 66)
    /// The tool could not do its own work (`EX_SOFTWARE`).
    static let internalError = ToolExitCode(rawValue: 70)
    /// A file could not be written (`EX_IOERR`).
    static let inputOutput = ToolExitCode(rawValue: 74)
    /// The program is there and cannot be executed, as with `env`, `nohup` and `timeout`.
    static let notExecutable = ToolExitCode(rawValue: 126)
    /// The program was not found, as with `env`, `nohup` and `timeout`.
    static let notFound = ToolExitCode(rawValue: 127)
}
