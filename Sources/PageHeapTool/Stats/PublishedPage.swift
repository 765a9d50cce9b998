import SystemPackage

/// The file in which a running process publishes the figures of its heap, found through the process's mappings and in
/// its own file tree, so that it is found in a container, too.
struct PublishedPage: Sendable {
    let path: FilePath
    /// The number of the file in its file system. Where the path leads, the process may change meanwhile.
    let fileNumber: UInt64

    init(of process: Int32) throws(ToolError) {
        if case .without(let cause) = LibraryCensus.standing(of: process) {
            throw ToolError(.noInput, "process \(process) does not run on PageHeap: \(cause.text)")
        }
        if let mapped = Self.mapped(by: process) {
            self = mapped
            return
        }
        let place = FilePath("/proc/\(process)")
        let environment: [UInt8]
        do {
            environment = try FileReading.bytes(of: place.appending("environ"))
        } catch {
            throw ToolError(
                .noInput,
                "process \(process) cannot be looked at: \(error); its figures are for its own user and for root")
        }
        let start = Array("\(ChildEnvironment.statisticsVariable)=".utf8)
        let named = RawStrings(zeroTerminated: environment).elements.first { $0.starts(with: start) }
        guard let named, named.count > start.count else {
            throw ToolError(
                .noInput,
                "process \(process) publishes no figures; start it with \(ChildEnvironment.statisticsVariable)=FOLDER, "
                    + "or by 'pageheap run'")
        }
        let folder = FilePath(bytes: Array(named.dropFirst(start.count)))
        throw ToolError(
            .noInput,
            "process \(process) has published no figures in '\(folder)', or its file there is gone; it must be able to write "
                + "there")
    }

    /// Finds the page that a process has mapped: one that an earlier process left, or another process in the same folder made, is
    /// not its own. Nil if it has none.
    private static func mapped(by process: Int32) -> PublishedPage? {
        let place = FilePath("/proc/\(process)")
        let status = FileReading.beginning(of: place.appending("status").string).flatMap(ProcessStatus.init)
        let identifier = status?.ownIdentifier ?? process
        guard let mappings = try? ProcessMappings(of: place.appending("maps").string, ownIdentifier: identifier),
            let path = mappings.page, let number = mappings.pageFileNumber
        else { return nil }
        // In another mount namespace, the path is to be taken there.
        return PublishedPage(
            path: place.appending("root").pushing(FilePath(bytes: path).removingRoot()), fileNumber: number)
    }

    private init(path: FilePath, fileNumber: UInt64) {
        self.path = path
        self.fileNumber = fileNumber
    }
}
