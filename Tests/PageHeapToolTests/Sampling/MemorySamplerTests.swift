import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct MemorySamplerTests {
    @Test func eachProgramOfAProcessHasItsCurve() throws {
        let folder = try TemporaryFolder()
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sh")
        child.arguments = ["-c", "read line; exec cat"]
        let input = Pipe()
        child.standardInput = input
        try child.run()
        defer {
            // The threads of tests block the other signals, and children inherit that.
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
        }
        let process = child.processIdentifier
        func runs(_ name: String) -> Bool { eventually { ProcessReading(of: process)?.name == name } }
        var sampler = MemorySampler(
            folder: StatisticsFolder(path: FilePath(folder.path), program: process), tool: process)
        #expect(runs("sh"))
        sampler.sample(atSeconds: 1, ended: ResourceUse())
        try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
        #expect(runs("cat"))
        sampler.sample(atSeconds: 2, ended: ResourceUse())
        let curves = sampler.curves(ended: ResourceUse())
        #expect(Set(curves.processes.map(\.label)) == ["sh \(process)", "cat \(process)"])
        #expect(curves.seconds == [1, 2])
        for (index, sample) in sampler.series.samples.enumerated() {
            let sum = curves.processes.compactMap { $0.residentBytes[index] }.reduce(.zero, +)
            #expect(sum == sample.residentBytes)
            #expect(sample.use.cpuSeconds > 0)
        }
    }
}
