import Testing

extension Trait where Self == ConditionTrait {
    /// The test runs if the folder of golden cases has its file; otherwise it is skipped, and a message names the file.
    static func golden(_ file: String) -> Self {
        .enabled(
            if: VectorFolder.current.file(file) != nil,
            "\(file).jsonl is not in \(VectorFolder.current.path), neither plain nor compressed")
    }
}

/// Checks each line of a file of the folder, and records what was wrong.
///
/// - Returns: the lines that were checked; those that reach beyond this build's address space are not.
@discardableResult
func checkGolden(
    _ file: String, _ body: (VectorValue, inout VectorReport) throws -> Void,
    finish: (inout VectorReport) throws -> Void = { _ in }
) throws -> Int {
    #expect(GoldenFolderTests.required.contains(file), "if \(file) were missing, no test would fail")
    let file = try #require(VectorFolder.current.file(file))
    let report = file.check(body, finish: finish)
    for problem in report.problems { Issue.record("\(problem)") }
    return report.line - report.leftOut
}
