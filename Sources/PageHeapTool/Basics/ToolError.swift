/// What went wrong, in one line that says what would be right, and the code that the tool ends with.
struct ToolError: Error, Hashable, Sendable {
    let message: String
    let status: ToolExitCode

    init(_ status: ToolExitCode, _ message: String) {
        self.status = status
        self.message = message
    }
}
