import SystemPackage

/// The file in which a running process publishes the figures of its heap, found through the process's own environment and
/// in its own file tree, so that it is found in a container, too.
struct PublishedPage: Sendable {
    let path: FilePath

    init(of process: Int32) throws(ToolError) {
        if case .without(let cause) = LibraryCensus.standing(of: process) {
            throw ToolError(.noInput, "process \(process) does not run on PageHeap: \(cause.text)")
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
        // In another mount namespace, the path is to be taken there.
        let outside =
            folder.isAbsolute
            ? place.appending("root").pushing(folder.removingRoot()) : place.appending("cwd").pushing(folder)
        let identifier = Self.identifierInside(FileReading.text(of: place.appending("status")) ?? "") ?? process
        let pages = FileReading.names(in: outside).compactMap(StatisticsFolder.PageName.init)
        guard let last = pages.filter({ $0.process == identifier }).max() else {
            throw ToolError(
                .noInput,
                "process \(process) has published no figures in '\(folder)'; it must be able to write there")
        }
        path = outside.appending("\(last.process).\(last.program)")
    }

    /// Returns a process's identifier in its own namespace, which is what it knows itself by.
    ///
    /// - Parameter status: the content of `/proc/PID/status`.
    static func identifierInside(_ status: String) -> Int32? {
        let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        return line?.split { $0 == " " || $0 == "\t" }.last.flatMap { Int32($0) }
    }
}
