import ArgumentParser
import CPageHeapInterface
import Glibc

/// The root of the command line.
@main
struct PageHeapCommand: ParsableCommand {
    static let version = PAGEHEAP_VERSION_STRING
    /// What `--version` prints.
    static let nameAndVersion = "pageheap \(version)"

    static let configuration = CommandConfiguration(
        commandName: "pageheap",
        abstract: """
            Runs programs on PageHeap, a memory allocator that returns unused memory to the system, and shows how their \
            memory use changes.
            """,
        discussion: """
            Examples:
              pageheap run -- python3 build.py
              pageheap run --report run.html -- ./server --port 8080
              pageheap compare -- python3 build.py
              pageheap diff before.json after.json
              pageheap stats 4711
              pageheap top 4711
              pageheap explain 4711
              pageheap export --listen 127.0.0.1:17243
              pageheap doctor ./server
              pageheap record -o build.trace -- make
              pageheap replay build.trace
            """,
        version: nameAndVersion,
        subcommands: [
            RunCommand.self, CompareCommand.self, DiffCommand.self, StatsCommand.self, TopCommand.self,
            ExplainCommand.self, MapCommand.self, CtlCommand.self, RecordCommand.self, TraceCommand.self,
            ReplayCommand.self, ExportCommand.self, DoctorCommand.self,
        ])

    /// Runs the command that the arguments name. Reports an error in one line on standard error.
    static func main() {
        ProgramStreams.reserveClosed()
        // Before anything else: a signal that comes while a run is prepared must not end the tool without a report.
        if ["run", "compare", "record"].contains(CommandLine.arguments.dropFirst().first) {
            _ = Supervisor.signalsBlockedAtStart
        }
        if CommandLine.arguments.dropFirst().first == "replay" { _ = ReplayStop.signalsBlockedAtStart }
        if CommandLine.arguments.dropFirst().first == "export" { _ = ExportCommand.signalsBlockedAtStart }
        do {
            var command = try parseAsRoot()
            try OpenFileLimit.check()
            try command.run()
        } catch let error as ToolError {
            StandardError.say(error.message)
            Glibc.exit(error.status.rawValue)
        } catch {
            exit(reporting: error)
        }
    }

    /// Exits as ArgumentParser would: help and version go to standard output, usage errors exit with 64.
    private static func exit(reporting error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .success || error is ExitCode { exit(withError: error) }
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        let command = CommandLine.arguments.dropFirst().first.flatMap { names.contains($0) ? " \($0)" : nil } ?? ""
        let text = message(for: error)
        StandardError.say("\(text.hasSuffix(".") ? String(text.dropLast()) : text); see 'pageheap\(command) --help'")
        Glibc.exit(code.rawValue)
    }
}
