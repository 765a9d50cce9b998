import CPageHeap
import Glibc
import SystemPackage

extension ControlChannel {
    /// Has the process write a profile of its sampled allocations, and reads and removes the file.
    ///
    /// - Parameter named: the folder for profiles, as the process sees it; nil for the one that its environment names.
    func profile(in named: FilePath? = nil) throws(ToolError) -> RawProfile {
        let variable = ChildEnvironment.profileVariables.folder
        let found: ProcessFolder?
        do {
            found = try named.map { ProcessFolder($0, variable, of: process) } ?? ProcessFolder(variable, of: process)
        } catch is ProcessFolder.Overwritten {
            throw ToolError(
                .noInput,
                "process \(process) has written its title over its environment; name its \(variable) with --folder")
        } catch {
            throw ToolError(.noInput, "the environment of process \(process) cannot be read: \(error)")
        }
        guard let folder = found else {
            throw ToolError(
                .noInput, "process \(process) takes no samples for a profile; start it with \(variable)=FOLDER")
        }
        let (number, error) = try ask(PAGEHEAP_CONTROL_PROFILE)
        if error != PAGEHEAP_CONTROL_SERVED_WELL {
            throw ToolError(
                .unavailable,
                error == PAGEHEAP_CONTROL_NO_PROFILE
                    ? "process \(process) wrote no profile: \(folder.complaint)"
                    : "process \(process) does not know this request; its library is older than this command")
        }
        // The process's identifier is as the process itself sees it.
        let ownIdentifier = ProcessStatus(of: FilePath("/proc/\(process)"))?.ownIdentifier ?? process
        let file = folder.place.appending("profile.\(ownIdentifier).\(number)")
        defer { _ = file.withPlatformString { unlink($0) } }
        do {
            return try RawProfile(try FileReading.bytes(of: file, limit: RawProfile.byteLimit))
        } catch {
            throw ToolError(.noInput, "cannot read the profile of process \(process): \(error)")
        }
    }
}
