import SystemPackage

/// A look at one process: whether it runs on PageHeap, where it publishes, and what it is called.
struct ProcessLook: Sendable {
    let standing: FleetProcess.Standing
    let labels: [UInt8]

    /// Looks at a process. Returns nil if it has ended meanwhile.
    init?(at process: FleetProcess, in host: HostTree, userNames: [UInt32: String]) {
        let identifier = process.identity.identifier
        let folder = host.folder(of: identifier)
        guard let status = ProcessStatus(of: FilePath(folder)), let number = status.user,
            let stat = host.stat(of: identifier)
        else { return nil }
        // A published page stays that of the program; another program has another identity.
        if case .publishes(let page) = process.standing, page.exists {
            standing = process.standing
        } else {
            standing = Self.standing(folder, ownIdentifier: status.ownIdentifier ?? identifier)
        }
        guard standing.isOnPageHeap else {
            labels = []
            return
        }
        let group = ControlGroup(parsing: FileReading.beginning(of: "\(folder)/cgroup", limit: 1 << 16) ?? [])
        let user = userNames[number] ?? "\(number)"
        labels = ProcessLabels(process: identifier, name: stat.name, group: group, user: user).text
    }

    private static func standing(_ folder: String, ownIdentifier: Int32) -> FleetProcess.Standing {
        let mappings: ProcessMappings
        do {
            mappings = try ProcessMappings(of: "\(folder)/maps", ownIdentifier: ownIdentifier)
        } catch {
            return error == .permissionDenied || error == .notPermitted ? .hidden : .stranger
        }
        guard let page = PageFile.mapped(folder, mappings) else { return mappings.hasLibrary ? .silent : .stranger }
        return .publishes(page)
    }
}
