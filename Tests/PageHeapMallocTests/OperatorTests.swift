import Testing

/// C++'s operator new and delete.
@Suite(.enabled("no C++ compiler on PATH") { TestPrograms.cxxCompiler != nil })
struct OperatorTests {
    private func passes(_ program: String, _ arguments: [String]) throws {
        let outcome = try ChildProcess.run(program, arguments)
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(arguments): \(outcome)")
    }

    @Test(arguments: ["forms", "failures", "handler"])
    func theLibrarysOwnDoWhatTheStandardSays(_ check: String) throws {
        try passes(try TestPrograms.cxxProgram("operators"), [check])
    }

    @Test func aProgramsOwnAreUsedByAllForms() throws {
        try passes(try TestPrograms.cxxProgram("operators", define: "REPLACED"), [])
    }

    @Test func aLibraryThatAloneKnowsTheCxxLibraryCanCatch() throws {
        try passes(try TestPrograms.program("loads_cxx"), [try TestPrograms.cxxLibrary("throwing")])
    }
}
