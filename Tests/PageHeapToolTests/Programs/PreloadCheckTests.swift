import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct PreloadCheckTests {
    let folder: TemporaryFolder
    let loader: String
    let check: PreloadCheck

    init() throws {
        folder = try TemporaryFolder()
        loader = try folder.write("", to: "loader")
        let library = try folder.write(ELFImage.make(shared: true), to: "library.so")
        check = PreloadCheck(
            library: try PreloadLibrary(named: FilePath(library)),
            privileges: Privileges(user: 1000, group: 1000, gainsNothing: false),
            finder: ProgramFinder(searchPath: folder.path))
    }

    @Test func aDynamicProgramPasses() throws {
        try check.check(program(ELFImage.make(loader: loader)))
    }

    @Test func aStaticProgramIsRefused() throws {
        let refusal = refusal(of: try program(ELFImage.make()))
        #expect(refusal?.status == .noInput)
        #expect(refusal?.message.contains("statically linked") == true)
    }

    @Test(arguments: [["PageHeap"], ["GNU", "a", "PageHeap"], ["PageHeap", "GNU"]])
    func aStaticProgramThatContainsTheLibraryNeedsNone(notes: [String]) throws {
        let program = try program(ELFImage.make(notes: notes))
        try check.check(program)
        for purpose in [PreloadCheck.Purpose.comparison, .recording] {
            var check = check
            check.purpose = purpose
            let refusal = #expect(throws: ToolError.self) { try check.check(program) }
            #expect(refusal?.message.contains("statically linked") == true)
        }
        let exam = ProgramExam(preload: nil, library: check.library, finder: check.finder)
        let findings = try exam.findings(of: Array(program.string.utf8))
        #expect(findings.map(\.verdict) == [.good] && findings[0].sentence.contains("contains PageHeap"))
    }

    @Test(arguments: [["GNU"], ["PageHeaps"], ["Page", "Heap"]])
    func otherNotesAreOthers(notes: [String]) throws {
        let image = ELFImage.make(notes: notes)
        #expect(refusal(of: try program(image)) != nil)
        // A note that ends beyond its segment.
        #expect(refusal(of: try program(ELFImage.make(notes: ["PageHeap"]).dropLast(12) + [])) != nil)
    }

    @Test func anotherProcessorIsRefused() throws {
        let refusal = refusal(of: try program(ELFImage.make(machine: 183, loader: loader)))
        #expect(refusal?.status == .noInput)
        #expect(refusal?.message.contains("AArch64 program and the malloc library is 64-bit x86-64") == true)
    }

    @Test func aMissingLoaderIsNamed() throws {
        let refusal = refusal(of: try program(ELFImage.make(loader: "/no/such/loader")))
        #expect(refusal?.status == .notExecutable)
        #expect(refusal?.message.contains("'/no/such/loader'") == true)
    }

    @Test func scriptsAreFollowedToTheirInterpreter() throws {
        let interpreter = try program(ELFImage.make())
        let script = try folder.write("#!\(interpreter)\n", to: "script", mode: 0o755)
        let outer = try folder.write("#!\(script)\n", to: "outer", mode: 0o755)
        let refusal = refusal(of: FilePath(outer))
        #expect(refusal?.message.hasPrefix("'\(outer)' is run by '\(interpreter)', which is static") == true)
    }

    @Test func scriptsAreFollowedThroughEnv() throws {
        _ = try program(ELFImage.make(), name: "interpreter")
        let script = try folder.write("#!/usr/bin/env interpreter\n", to: "script", mode: 0o755)
        #expect(refusal(of: FilePath(script))?.message.contains("statically linked") == true)
    }

    @Test func aScriptThatNamesItselfCannotRun() throws {
        let script = try folder.write("#!\(folder.file("loop"))\n", to: "loop", mode: 0o755)
        #expect(refusal(of: FilePath(script))?.message.contains("the system follows only 5 of them") == true)
    }

    /// As many as the kernel follows; one more is refused.
    @Test(arguments: [5, 6]) func scriptsOfScriptsRunAsTheKernelHasIt(count: Int) throws {
        var next = "/bin/true"
        for number in 0..<count { next = try folder.write("#!\(next)\n", to: "\(number)", mode: 0o755) }
        let runs = (try? Process.run(URL(fileURLWithPath: next), arguments: [])) != nil
        #expect(runs == (count == 5))
        #expect((refusal(of: FilePath(next)) == nil) == runs)
    }

    /// Each starts env anew.
    @Test func scriptsThroughEnvAreNotCounted() throws {
        for number in 0..<8 { _ = try folder.write("#!/usr/bin/env \(number + 1)\n", to: "\(number)", mode: 0o755) }
        #expect(refusal(of: FilePath(folder.file("0"))) == nil)
    }

    @Test func plainTextPasses() throws {
        let script = try folder.write("echo\n", to: "text", mode: 0o755)
        #expect(refusal(of: FilePath(script)) == nil)
    }

    @Test func onlyPrivilegesThatTheLoaderMindsCount() {
        let user = Privileges(user: 1000, group: 1000, gainsNothing: false)
        let root = Privileges(user: 0, group: 0, gainsNothing: false)
        #expect(user.gain(from: FilePrivileges()) == nil)
        #expect(user.gain(from: FilePrivileges(setUser: 0)) != nil)
        #expect(user.gain(from: FilePrivileges(setUser: 1000)) == nil)
        #expect(user.gain(from: FilePrivileges(setGroup: 5)) != nil)
        #expect(user.gain(from: FilePrivileges(hasCapabilities: true)) != nil)
        #expect(root.gain(from: FilePrivileges(setUser: 0)) == nil)
        #expect(root.gain(from: FilePrivileges(hasCapabilities: true)) == nil)
        #expect(user.gain(from: FilePrivileges(setUser: 0, isOnMountWithoutPrivileges: true)) == nil)
        let contained = Privileges(user: 1000, group: 1000, gainsNothing: true)
        #expect(contained.gain(from: FilePrivileges(setUser: 0)) == nil)
    }

    private func program(_ image: [UInt8], name: String = "program") throws -> FilePath {
        FilePath(try folder.write(image, to: name, mode: 0o755))
    }

    private func refusal(of program: FilePath) -> ToolError? {
        do {
            try check.check(program)
            return nil
        } catch {
            return error
        }
    }
}
