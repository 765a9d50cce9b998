import SystemPackage

/// The environment of the program: the tool's own, with libraries, if any, before other preloaded ones,
/// and with the folder for statistics pages, if any.
struct ChildEnvironment: Sendable {
    /// The variable that names the folder where processes on PageHeap publish their statistics, in one file per
    /// process.
    static let statisticsVariable = "PAGEHEAP_STATISTICS_DIRECTORY"
    /// The variable that has those files stay when their processes end, so that the last figures count.
    static let keepVariable = "PAGEHEAP_STATISTICS_KEEP"
    /// The variable with which processes serve requests.
    static let controlVariable = "PAGEHEAP_CONTROL"
    static let preloadVariable = "LD_PRELOAD"
    /// The variables that have processes write profiles, and that say how often allocations are sampled.
    static let profileVariables = (folder: "PAGEHEAP_PROFILE_DIRECTORY", bytes: "PAGEHEAP_SAMPLE_BYTES")

    let variables: RawStrings

    init(
        from own: RawStrings, libraries: [FilePath], statisticsFolder: FilePath?,
        profile: (folder: FilePath, bytes: UInt64)? = nil
    ) {
        let preload = Array("\(Self.preloadVariable)=".utf8)
        let statistics = Array("\(Self.statisticsVariable)=".utf8)
        let keep = Array("\(Self.keepVariable)=".utf8)
        var kept = own.elements.filter { entry in ![statistics, preload, keep].contains { entry.starts(with: $0) } }
        let others = own.elements.first { $0.starts(with: preload) }.map { Array($0.dropFirst(preload.count)) } ?? []
        let preloaded = (libraries.map { Array($0.string.utf8) } + [others]).filter { !$0.isEmpty }
        if !preloaded.isEmpty { kept.append(preload + Array(preloaded.joined(separator: [UInt8(ascii: ":")]))) }
        if let statisticsFolder {
            kept.append(statistics + Array(statisticsFolder.string.utf8))
            kept.append(keep + [UInt8(ascii: "1")])
        }
        if let profile {
            let names = Self.profileVariables
            let prefixes = [Array("\(names.folder)=".utf8), Array("\(names.bytes)=".utf8)]
            kept.removeAll { entry in prefixes.contains { entry.starts(with: $0) } }
            kept.append(prefixes[0] + Array(profile.folder.string.utf8))
            kept.append(prefixes[1] + Array("\(profile.bytes)".utf8))
        }
        variables = RawStrings(kept)
    }
}
