import Testing

/// Swift programs under the malloc library.
struct SwiftProgramTests {
    /// The runtime that the library was compiled with must not replace the one of the program.
    @Test(.enabled("no swiftc on PATH") { TestPrograms.swiftCompiler != nil })
    func aProgramWithFoundationAndTasksRuns() throws {
        let program = try TestPrograms.swiftProgram("tasks")
        let plain = try ChildProcess.runTool(program, [])
        let outcome = try ChildProcess.run(program)
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output == plain.output && !plain.output.isEmpty)
    }
}
