import ArgumentParser
import FoundationEssentials
import Glibc
import PageHeapReplay
import SystemPackage

/// `pageheap replay`: what a recorded program would have needed under other settings and allocators.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replays a trace of allocations on PageHeap in virtual time, or for real under any allocator.",
        discussion: """
            In virtual time, PageHeap's own code runs on a simulated machine: each event takes place at its time, and what \
            the scavenger would do in between is done at once. Each block is touched as a whole when it is allocated. The \
            same trace gives the same result on every machine. With --policy, the trace is also replayed with other \
            settings.

            With --allocator, the events are performed by real threads, in their order, under each allocator.

            Traces of 'pageheap record' can be replayed, and those of other tools: heaptrack's text (decompress \
            it first), the output of glibc's mtrace, the log of Firefox's logalloc, and the malloc lab's .rep files. If a trace has no times, events are a microsecond \
            apart.

            ^C ends a replay; what there is by then is shown.

            EXAMPLES
              pageheap replay trace.rep
              pageheap replay --policy PAGEHEAP_RETAIN_PERCENT=50 trace
              pageheap replay --policy PAGEHEAP_PACER=average,PAGEHEAP_RELEASE=lazy trace
              pageheap replay --allocator glibc,jemalloc -o replay.html trace
              zstd -dc heaptrack.server.4711.zst | pageheap replay --json /dev/stdin

            EXIT CODES
              0    the trace was replayed
              1    a recording is damaged: what is sound was replayed
              64   usage error
              66   the trace is missing or of no known format, or ends in what is no
                   event; or a library is missing
              69   a replay for real ended without a result
              74   a file cannot be written
              128 plus the signal's number if a signal ended the replay
            """)

    @OptionGroup var options: ReplayOptions

    @Argument(help: ArgumentHelp("The trace.", valueName: "FILE"), completion: .file())
    var file: String

    mutating func validate() throws { try options.outputNames.check(against: file) }

    mutating func run() throws {
        _ = ReplayStop.signalsBlockedAtStart
        let variables = ProcessInfo.processInfo.environment
        let policies = try policies()
        let allocators = try allocators(variables)
        let replayer =
            allocators.isEmpty
            ? nil
            : try ReplayerProgram(
                environment: RawStrings.ownEnvironment().without(ChildEnvironment.preloadVariable),
                speed: options.speedFactor, idle: options.idle)
        let stop = ReplayStop()
        let trace: ReplayTrace
        do throws(ToolError) {
            trace = try ReplayTrace(
                file, rate: options.rate.map { Double($0) }, process: options.process,
                passes: policies.count + allocators.count, stop: stop)
        } catch {
            // A pipe that had nothing to read when the signal came.
            if let signal = stop.signal { throw ExitCode(ProcessEnding.killed(signal: signal).exitCode) }
            throw error
        }
        let outputs = try RunOutputs(
            options.outputNames, FileNamePattern.Values(program: "", startedAt: Date()))
        let rewrites = isatty(STDERR_FILENO) == 1 && variables["TERM"] != "dumb"
        var session = ReplaySession(
            trace: trace, policies: policies, allocators: allocators, replayer: replayer, idle: options.idle,
            stop: stop, progress: options.quiet ? nil : ReplayProgress(rewrites: rewrites))
        let outcome = try session.run()
        let losses = trace.losses(in: outcome.losses)
        let result = ReplayResult(
            file: file, format: trace.format, eventsPerSecond: trace.eventsPerSecond,
            processes: trace.processes, traceNotes: trace.notes(losses), speed: options.speedFactor,
            policies: outcome.policies, allocators: outcome.allocators,
            stoppedBy: stop.signal.map(ProcessEnding.name(of:)))
        try finish(result, outputs, signal: stop.signal, variables: variables)
        if losses.hasDamage {
            // The table has said it.
            if options.quiet || options.json {
                for remark in TraceRemarks.remarks(on: losses) { StandardError.say(remark) }
            }
            throw ExitCode(ToolExitCode.damaged.rawValue)
        }
    }

    private func policies() throws(ToolError) -> [ReplayPolicy] {
        var policies = [ReplayPolicy.standard]
        for text in options.policy {
            do {
                let policy = try ReplayPolicy(text)
                if !policies.contains(where: { $0.name == policy.name }) { policies.append(policy) }
            } catch {
                throw ToolError(.usage, "--policy: \(error.message)")
            }
        }
        return policies
    }

    private func allocators(_ variables: [String: String]) throws(ToolError) -> [ComparedAllocator] {
        guard let names = options.allocatorNames else { return [] }
        let pageHeap = try PreloadLibrary(named: options.library.map { FilePath($0) })
        if options.library != nil { try pageHeap.checkNamed() }
        return try AllocatorSelection(
            names: names.isEmpty ? nil : names, pageHeap: pageHeap,
            finder: LibraryFinder(libraryPath: variables["LD_LIBRARY_PATH"]), option: "--allocator"
        ).allocators
    }

    /// Writes and shows the results so far, and throws the exit code.
    private func finish(
        _ result: ReplayResult, _ outputs: RunOutputs, signal: Int32?, variables: [String: String]
    ) throws {
        let written = outputs.write([
            .report: {
                Array(
                    ReplayReport(result: result, command: ["pageheap"] + CommandLine.arguments.dropFirst()).page().utf8)
            },
            .csv: { Array(result.csv().utf8) },
        ])
        for failure in written.failures { StandardError.say(failure) }
        if options.json {
            try StandardOutput.write(String(decoding: try JSONText.bytes(of: result, .replay), as: UTF8.self))
        } else if !options.quiet {
            try StandardOutput.write(ReplayTable(result: result, style: .ofStandardOutput(variables)).text())
        }
        if !options.quiet {
            for file in written.files { StandardError.say("\(file.output.purpose) written to \(file.path)") }
        }
        if let signal { throw ExitCode(ProcessEnding.killed(signal: signal).exitCode) }
        if !written.failures.isEmpty { throw ExitCode(ToolExitCode.inputOutput.rawValue) }
    }
}
