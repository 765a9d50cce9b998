/// An error of the tool: a message of one line that says what is wrong and what to do, and the tool's exit code.
struct ToolError: Error, Hashable, Sendable {
    let message: String
    let status: ToolExitCode

    init(_ status: ToolExitCode, _ message: String) {
        self.status = status
        self.message = message
    }
}
