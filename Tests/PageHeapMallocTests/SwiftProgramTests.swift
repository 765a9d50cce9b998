import Testing

@Suite("Swift programs")
struct SwiftProgramTests {
    /// The runtime that the library was compiled with must not replace the one of the program.
    @Test("One with Foundation and tasks runs", .enabled("no swiftc on PATH") { TestPrograms.swiftCompiler != nil })
    func tasks() throws {
        let program = try TestPrograms.swiftProgram("tasks")
        let plain = try ChildProcess.runTool(program, [])
        let outcome = try ChildProcess.run(program)
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output == plain.output && !plain.output.isEmpty)
    }
}
