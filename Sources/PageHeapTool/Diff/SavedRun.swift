import SystemPackage

/// Reads the result of a run that was saved as JSON.
enum SavedRun {
    static func read(_ path: FilePath) throws(ToolError) -> RunResult {
        try SavedJSON.read(RunResult.self, path, what: "run", kind: .run)
    }
}
