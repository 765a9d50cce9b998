import ArgumentParser
import FoundationEssentials
import SystemPackage

/// `pageheap doctor`: says what of the machine and of a program matters to PageHeap.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at the machine, and at a program, and says what matters to PageHeap.",
        usage: "pageheap doctor [options] [PROGRAM]",
        discussion: """
            Nothing is run and nothing is changed. A note is something that makes a difference; a problem keeps PageHeap, \
            or the program, from working together.

            EXAMPLES
              pageheap doctor
              pageheap doctor /usr/bin/passwd
              pageheap doctor --json ./server | jq '.[] | select(.verdict == "problem")'

            EXIT CODES
              0    no problem
              1    a problem
              64   usage error
              66   the malloc library is missing or unsuitable
              126  the program was found but cannot be executed
              127  the program was not found
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "The malloc library. (default: that of the command's own build or installation)", valueName: "FILE"),
        completion: .file())
    var library: String?

    @Argument(
        help: ArgumentHelp("A program, looked up in PATH as a shell does.", valueName: "program"),
        completion: WordCompletion.program)
    var program: String?

    mutating func run() throws {
        let variables = ProcessInfo.processInfo.environment
        let preloaded = try PreloadLibrary(named: library.map { FilePath($0) })
        if library != nil { try preloaded.checkNamed() }
        // For tests, as in the malloc library: a folder that stands for the root of the file system.
        let root = variables["PAGEHEAP_SYSTEM_ROOT"].map { FilePath($0) } ?? "/"
        var findings = MachineExam(root: root).findings
        if let program {
            let exam = ProgramExam(
                preload: variables[ChildEnvironment.preloadVariable], library: preloaded,
                finder: ProgramFinder(searchPath: variables["PATH"]))
            findings += try exam.findings(of: Array(program.utf8))
        }
        if json {
            try StandardOutput.write(String(decoding: try JSONText.bytes(of: findings, .findings), as: UTF8.self))
        } else {
            try StandardOutput.write(FindingsText(findings: findings, style: .ofStandardOutput(variables)).text())
        }
        if findings.contains(where: { $0.verdict == .problem }) { throw ExitCode(1) }
    }
}
