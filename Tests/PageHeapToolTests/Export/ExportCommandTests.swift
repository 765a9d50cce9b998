import Foundation
import TestSupport
import Testing

/// `pageheap export`, run as a user would.
struct ExportCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A server, and the port that it listens on.
    private func serve(_ arguments: [String] = []) throws -> (tool: BuiltTool, port: Int) {
        let tool = try BuiltTool(["export", "--listen", "127.0.0.1:0"] + arguments)
        var port: Int?
        #expect(
            eventually {
                port = tool.errorsSoFar.split(separator: "\n").first?.split(separator: ":").last
                    .flatMap { Int($0.prefix { $0 != "/" }) }
                return port != nil
            }, "\(tool.errorsSoFar)")
        return (tool, try #require(port))
    }

    private func sleeper(_ environment: [String: String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["600"]
        process.environment = ["LD_PRELOAD": try BuiltTool.requireLibrary()].merging(environment) { $1 }
        try process.run()
        return process
    }

    /// Ends a process in a way that it cannot have inherited as blocked from the thread that started it.
    private func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    @Test func realProcessesAreServedUntilTheyEnd() throws {
        let publishing = try sleeper(["PAGEHEAP_STATISTICS_DIRECTORY": folder.path])
        let silent = try sleeper([:])
        defer {
            end(publishing)
            end(silent)
        }
        let (tool, port) = try serve(["--walk-interval", "1"])
        defer { tool.process.terminate() }
        let own = "pid=\"\(publishing.processIdentifier)\",process=\"sleep\""
        var text = ""
        #expect(
            eventually {
                text = (try? RawClient.get("/metrics", port: port)) ?? ""
                return text.contains("pageheap_process_published{\(own)")
                    && text.contains("pid=\"\(silent.processIdentifier)\",process=\"sleep\"")
            }, "\(text.prefix(2000))")
        let line = text.split(separator: "\r\n").joined().split(separator: "\n")
            .first { $0.hasPrefix("pageheap_system_bytes{\(own)") }
        #expect(line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0 > 0)
        let published = text.split(separator: "\n").filter { $0.hasPrefix("pageheap_process_published{") }
        #expect(published.contains { $0.contains(own) && $0.hasSuffix(" 1") })
        #expect(published.contains { $0.contains("pid=\"\(silent.processIdentifier)\"") && $0.hasSuffix(" 0") })
        end(publishing)
        #expect(
            eventually { (try? RawClient.get("/metrics", port: port).contains("\(own)")) == false })
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func signalsEndItWithSuccess(signal: Int32) throws {
        let (tool, port) = try serve()
        // With a client in the middle of a request, and one that waits.
        let asking = try RawClient(port: port)
        asking.send("GET /met")
        let waiting = try RawClient(port: port)
        waiting.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(waiting.received(until: "ok\n").hasSuffix("ok\n"))
        kill(tool.process.processIdentifier, signal)
        let outcome = tool.outcome()
        #expect(outcome.code == 0)
        #expect(tool.process.terminationReason == .exit)
        #expect(outcome.output.isEmpty)
        #expect(asking.rest() != nil)
    }

    @Test func signalsDuringTheStartEndItWithSuccess() throws {
        for delay in [UInt32(30_000), 60_000, 120_000] {
            let tool = try BuiltTool(["export", "--listen", "127.0.0.1:0"])
            usleep(delay)
            defer { kill(tool.process.processIdentifier, SIGKILL) }
            // Before its first statement, no program can have a say. When it waits for signals, they do not count as blocked.
            #expect(
                eventually {
                    Self.blocksTermination(tool.process.processIdentifier) || tool.errorsSoFar.contains("serving")
                })
            tool.process.terminate()
            #expect(tool.outcome().code == 0)
        }
    }

    private static func blocksTermination(_ process: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
        let mask = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        return mask & 1 << (UInt64(SIGTERM) - 1) != 0
    }

    @Test func onceItPrintsAndEnds() throws {
        let host = try FakeHost()
        for process in 1...300 { try host.add(Int32(process), page: FakeHost.page(inUse: UInt64(process))) }
        let outcome = try BuiltTool.run(["export", "--once", "--root-path", host.folder.path, "--most", "200"])
        #expect(outcome.code == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.contains("pageheap_export_processes{state=\"read\"} 200\n"))
        #expect(outcome.output.contains("pageheap_export_processes{state=\"left_out\"} 100\n"))
        #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("pageheap_goal_bytes{") } == 200)
    }

    @Test func aFullDiskIsTold() throws {
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: "/bin/sh")
        tool.arguments = ["-c", "exec '\(BuiltTool.path)' export --once > /dev/full"]
        let errors = Pipe()
        tool.standardError = errors
        try tool.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tool.waitUntilExit()
        #expect(tool.terminationStatus == 74)
        #expect(text.split(separator: "\n").count == 1)
        #expect(text.contains("cannot write"))
    }

    @Test(arguments: [
        (["--listen", "here"], 64, "ADDRESS:PORT"), (["--most", "0"], 64, "at least 1"),
        (["--walk-interval", "0"], 64, "86400"), (["--root-path", "/nonexistent", "--once"], 66, "no processes"),
        (["--listen", "192.0.2.1:1"], 74, "cannot listen"), (["--listen", "unix:/nonexistent/s"], 74, "cannot listen"),
        (["--listen", "unix:/"], 74, "no socket"), (["extra"], 64, "extra"),
    ])
    func whatIsWrongIsToldInOneLine(arguments: [String], code: Int32, part: String) throws {
        let outcome = try BuiltTool.run(["export"] + arguments)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
}
