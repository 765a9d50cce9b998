import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct ProgramFinderTests {
    @Test func theFirstFolderWithAnExecutableIsUsed() throws {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        try first.write("", to: "tool", mode: 0o644)
        let wanted = try second.write("", to: "tool", mode: 0o755)
        let finder = ProgramFinder(searchPath: "\(first.path):/no/such/folder:\(second.path)")
        #expect(try finder.find(Array("tool".utf8)) == FilePath(wanted))
    }

    @Test func aPathIsTakenAsItIs() throws {
        let folder = try TemporaryFolder()
        let program = FilePath(try folder.write("", to: "tool", mode: 0o755))
        #expect(try ProgramFinder(searchPath: "").find(program.bytes) == program)
    }

    @Test func missingProgramsAreNotFound() throws {
        let folder = try TemporaryFolder()
        #expect(status(of: "tool", in: folder.path) == .notFound)
        #expect(status(of: "\(folder.path)/tool", in: "") == .notFound)
        #expect(status(of: "", in: folder.path) == .notFound)
    }

    @Test func programsThatCannotRunAreNotExecutable() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "tool", mode: 0o644)
        #expect(status(of: "tool", in: folder.path) == .notExecutable)
        #expect(status(of: file, in: "") == .notExecutable)
        #expect(status(of: folder.path, in: "") == .notExecutable)
        // A path would drop the slash.
        let program = try folder.write("", to: "program", mode: 0o755)
        #expect(status(of: "\(program)/", in: "") == .notExecutable)
        #expect(status(of: "program/", in: folder.path) == .notExecutable)
    }

    private func status(of name: String, in searchPath: String) -> ToolExitCode? {
        do {
            _ = try ProgramFinder(searchPath: searchPath).find(Array(name.utf8))
            return nil
        } catch {
            return error.status
        }
    }
}
