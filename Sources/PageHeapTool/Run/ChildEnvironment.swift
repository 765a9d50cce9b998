import SystemPackage

/// The environment of the program: the tool's own, with the malloc library, if any, before other preloaded libraries,
/// and with the folder for statistics pages, if any.
struct ChildEnvironment: Sendable {
    /// The variable that names the folder where processes on PageHeap publish their statistics, in one file per
    /// process.
    static let statisticsVariable = "PAGEHEAP_STATISTICS_DIRECTORY"
    static let preloadVariable = "LD_PRELOAD"

    let variables: RawStrings

    init(from own: RawStrings, library: FilePath?, statisticsFolder: FilePath?) {
        let preload = Array("\(Self.preloadVariable)=".utf8)
        let statistics = Array("\(Self.statisticsVariable)=".utf8)
        var kept = own.elements.filter { !$0.starts(with: statistics) && !$0.starts(with: preload) }
        let others = own.elements.first { $0.starts(with: preload) }.map { Array($0.dropFirst(preload.count)) } ?? []
        let preloaded = [library.map { Array($0.string.utf8) } ?? [], others].filter { !$0.isEmpty }
        if !preloaded.isEmpty { kept.append(preload + Array(preloaded.joined(separator: [UInt8(ascii: ":")]))) }
        if let statisticsFolder { kept.append(statistics + Array(statisticsFolder.string.utf8)) }
        variables = RawStrings(kept)
    }
}
