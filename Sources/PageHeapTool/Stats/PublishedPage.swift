import SystemPackage

/// Finds the file in which a running process publishes the figures of its heap, through the process's mappings and in
/// its own file tree, so that it is found in a container, too.
enum PublishedPage {
    /// - Throws: why the process has none, and what would give it one.
    static func of(_ process: Int32) throws(ToolError) -> PageFile {
        if case .without(let cause) = LibraryCensus.standing(of: process) {
            throw ToolError(.noInput, "process \(process) does not run on PageHeap: \(cause.text)")
        }
        if let mapped = mapped(by: process) { return mapped }
        let folder: ProcessFolder?
        do {
            folder = try ProcessFolder(ChildEnvironment.statisticsVariable, of: process)
        } catch Errno.noSuchProcess, Errno.noSuchFileOrDirectory {
            throw ToolError(.noInput, "process \(process) has ended")
        } catch is ProcessFolder.Overwritten {
            throw ToolError(
                .noInput,
                "process \(process) publishes no figures, and has written its title over its environment; start it with "
                    + "\(ChildEnvironment.statisticsVariable)=FOLDER, a folder that is there before")
        } catch {
            throw ToolError(
                .noInput,
                "process \(process) cannot be looked at: \(error); its figures are for its own user and for root")
        }
        guard let folder else {
            throw ToolError(
                .noInput,
                "process \(process) publishes no figures; start it with \(ChildEnvironment.statisticsVariable)=FOLDER, "
                    + "or by 'pageheap run'")
        }
        throw ToolError(
            .noInput,
            "process \(process) has published no figures in '\(folder.path)', or its file there is gone: \(folder.complaint)"
        )
    }

    private static func mapped(by process: Int32) -> PageFile? {
        let folder = "/proc/\(process)"
        let ownIdentifier = ProcessStatus(of: FilePath(folder))?.ownIdentifier ?? process
        let mappings = try? ProcessMappings(of: "\(folder)/maps", ownIdentifier: ownIdentifier)
        return mappings.flatMap { PageFile.mapped(folder, $0) }
    }
}
