import CPageHeap
import Glibc
import SystemPackage

extension ControlChannel {
    /// Has the process write a profile of its sampled allocations, and reads and removes the file.
    func profile() throws(ToolError) -> RawProfile {
        let variable = ChildEnvironment.profileVariables.folder
        let start = Array("\(variable)=".utf8)
        let place = FilePath("/proc/\(process)")
        let environment = (try? FileReading.bytes(of: place.appending("environ"))) ?? []
        guard let named = RawStrings(zeroTerminated: environment).elements.first(where: { $0.starts(with: start) })
        else {
            throw ToolError(
                .noInput, "process \(process) takes no samples for a profile; start it with \(variable)=FOLDER")
        }
        let (number, error) = try ask(PAGEHEAP_CONTROL_PROFILE)
        if error != PAGEHEAP_CONTROL_SERVED_WELL {
            throw ToolError(
                .unavailable,
                error == PAGEHEAP_CONTROL_NO_PROFILE
                    ? "process \(process) takes no samples, or cannot write to the folder in \(variable)"
                    : "process \(process) does not know this request; its library is older than this command")
        }
        // The folder and the process's identifier are as the process itself sees them.
        let folder = place.appending("root").pushing(
            FilePath(bytes: Array(named.dropFirst(start.count))).removingRoot())
        let status = FileReading.beginning(of: place.appending("status").string).flatMap(ProcessStatus.init)
        let file = folder.appending("profile.\(status?.ownIdentifier ?? process).\(number)")
        defer { _ = file.withPlatformString { unlink($0) } }
        do {
            return try RawProfile(try FileReading.bytes(of: file, limit: RawProfile.byteLimit))
        } catch {
            throw ToolError(.noInput, "cannot read the profile of process \(process): \(error)")
        }
    }
}
