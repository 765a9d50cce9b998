import Foundation
import TestSupport
import Testing

/// The malloc in a container, whose files are made up.
@Suite(.needsCompiler)
struct ContainerTests {
    /// Makes a control group of version 2 without limits, and runs a check of the program in it.
    private func passes(_ check: String, environment: [String: String] = [:]) throws {
        let folder = try TemporaryFolder()
        for path in ["proc/self", "sys/fs/cgroup/box"] {
            try FileManager.default.createDirectory(atPath: folder.file(path), withIntermediateDirectories: true)
        }
        try folder.write("0::/box\n", to: "proc/self/cgroup")
        for name in ["max", "high"] { try folder.write("max\n", to: "sys/fs/cgroup/box/memory.\(name)") }
        let root = ["PAGEHEAP_SYSTEM_ROOT": folder.path]
        try Check.passes("container", check, environment: environment.merging(root) { $1 })
    }

    @Test func theLimitFollowsTheContainersWhileTheProgramRuns() throws { try passes("follows") }

    @Test(arguments: ["none", "0", "1G"])
    func aSettingTakesPrecedence(_ limit: String) throws {
        try passes("ignores", environment: ["PAGEHEAP_MEMORY_LIMIT": limit])
    }

    @Test func pressureIsFound() throws { try passes("pressed") }

    @Test func noDescriptorAppears() throws { try passes("descriptors") }
}
