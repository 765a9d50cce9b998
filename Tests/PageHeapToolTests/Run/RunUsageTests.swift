import ArgumentParser
import Testing

@testable import PageHeapTool

/// Wrong usage of the built command, which ends before anything runs.
struct RunUsageTests {
    @Test(arguments: [
        (["run"], 64, "no program given"), (["run", "--"], 64, "no program given"),
        (["run", "--nonsense", "--", "ls"], 64, "unknown option '--nonsense'"),
        (["run", "--interval", "5", "--", "ls"], 64, "10 to 60000"),
        (["nonsense"], 64, "nonsense"),
        (["run", "--", "no-such-program-anywhere"], 127, "was not found in PATH"),
        (["run", "--", "/no/such/program"], 127, "'/no/such/program' was not found"),
        (["run", "--", "/tmp"], 126, "is a folder"),
        (["run", "--library", "/no/such/library", "--", "ls"], 66, "'/no/such/library' was not found"),
        (["run", "--", "/bin/true/"], 126, "'/bin/true/' names a folder"),
        (["run", "--library", "/etc/passwd", "--", "ls"], 66, "is not a shared library"),
    ])
    func wrongUsagePrintsOneLineAndExitsWithItsCode(arguments: [String], code: Int32, part: String) throws {
        let outcome = try BuiltTool.run(arguments)
        #expect(outcome.code == code)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("pageheap: "))
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ["run", "--", "echo", "it ran"], ["compare", "--", "echo", "it ran"],
        ["record", "-o", "/dev/null", "--", "echo", "it ran"],
        ["ctl", "1", "release"], ["map", "1"], ["stats", "1"], ["explain", "1"], ["doctor"],
    ])
    func aLowLimitOnOpenFilesIsNamedBeforeAnythingIsDone(arguments: [String]) throws {
        for limit in [4, 9] {
            let outcome = try BuiltTool(
                ["-c", "ulimit -n \(limit); exec \"$@\"", "sh", BuiltTool.path] + arguments, program: "/bin/sh"
            ).outcome()
            #expect(outcome.code == 69 && outcome.output.isEmpty, "\(outcome)")
            #expect(
                outcome.errors.hasPrefix(
                    "pageheap: the limit on open files (ulimit -n) is \(limit), which leaves fewer than"),
                "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    @Test(arguments: [["--help"], ["run", "--help"], ["help", "run"], ["--version"], ["run", "--version"]])
    func helpGoesToStandardOutput(arguments: [String]) throws {
        let outcome = try BuiltTool.run(arguments)
        #expect(outcome.code == 0)
        #expect(!outcome.output.isEmpty)
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: [["--version"], ["run", "--version"], ["top", "--version"]])
    func theVersionIsPrintedWithTheName(arguments: [String]) throws {
        #expect(try BuiltTool.run(arguments).output == "pageheap \(PageHeapCommand.version)\n")
    }

    /// Examples are copied, so no line of them may be broken by the parser's 80 columns.
    @Test(arguments: PageHeapCommand.configuration.subcommands.map { $0.configuration.commandName ?? "" })
    func examplesAndExitCodesAreNotBroken(command: String) {
        let help = PageHeapCommand.helpMessage(
            for: PageHeapCommand.configuration.subcommands.first { $0.configuration.commandName == command }
                ?? PageHeapCommand.self, columns: 80)
        var section = ""
        for line in help.split(separator: "\n") where !line.isEmpty {
            if line == "EXAMPLES" || line == "EXIT CODES" {
                section = String(line)
            } else if line.first != " ",
                line.allSatisfy({ $0.isUppercase || " :".contains($0) }) || line.hasPrefix("USAGE")
            {
                section = ""
            } else if !section.isEmpty {
                #expect(line.hasPrefix("  "), "\(section): \(line)")
            }
        }
    }
}
