import PageHeapCore

extension PagedHeap.Configuration {
    /// Creates a configuration from environment variables, the same ones that the malloc library reads. Settings
    /// without a variable have their defaults.
    ///
    /// | variable | values | property |
    /// | --- | --- | --- |
    /// | `PAGEHEAP_RETAIN_PERCENT` | 0 to 100 | ``retainExtraPercent`` |
    /// | `PAGEHEAP_MEMORY_LIMIT` | bytes, also with K, M, G or T, or `none` | ``memoryLimit``, ``followsContainerLimit`` |
    /// | `PAGEHEAP_HARD_LIMIT` | the same | ``hardLimit`` |
    /// | `PAGEHEAP_SCAVENGE_PERCENT` | 0.1 to 100 | ``scavengePercent`` |
    /// | `PAGEHEAP_PACER` | `budget`, `controller`, `average` | ``pacer`` |
    /// | `PAGEHEAP_RELEASE` | `now`, `lazy` | ``release`` |
    /// | `PAGEHEAP_HUGE_PAGES` | `system`, `growth`, `never` | ``hugePages`` |
    /// | `PAGEHEAP_SCAVENGER` | `on`, `off` | ``releasesInBackground`` |
    /// | `PAGEHEAP_SCAVTRACE` | `0`, `1`, `json` | ``trace`` |
    ///
    /// - Parameter environment: names and values, such as `ProcessInfo.processInfo.environment`. Names that do not
    ///   begin with `PAGEHEAP_` are ignored, and so are the variables that only the malloc library and the tools use.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``, which names the variable, its value and the valid values;
    ///   of several wrong variables, the first by name. An unknown name that begins with `PAGEHEAP_` is an error, too.
    /// - Complexity: O(*n* log *n*) in the number of variables.
    public init(environment: [String: String]) throws(PageHeapError) {
        let prefix = "PAGEHEAP_"
        var options = Options(environment: nil)
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            let problem = name.dropFirst(prefix.count).withCString { name in
                value.withCString { value in options.take(TextSlice(cString: name), value: value) }
            }
            if let problem { throw .invalidConfiguration("\(name)=\(value): \(problem)") }
        }
        self.init(options.configuration)
    }

    init(_ configuration: HeapConfiguration) {
        retainExtraPercent = configuration.retainExtraPercent.map { Int($0) }
        releasesInBackground = configuration.runsWorker
        scavengePercent = 100 * configuration.scavengeShare
        pacer = Pacer(configuration.pacer)
        release = Release(configuration.releaseMethod)
        hugePages = HugePages(configuration.hugePages)
        cycles = configuration.cycles == .runtime ? .runtime : .demand
        memoryLimit = configuration.memoryLimit.map { Int(clamping: $0.rawValue) }
        followsContainerLimit = configuration.followsContainerLimit
        hardLimit = configuration.hardLimit.map { Int(clamping: $0.rawValue) }
        trace = Trace(configuration.trace)
    }
}
