import PageHeapCore
import SystemPackage

/// The allocators to compare: PageHeap first, then those that the user names, or all that are found.
struct AllocatorSelection: Hashable, Sendable {
    let allocators: [ComparedAllocator]
    /// The names of known allocators that were not found.
    let notFound: [String]

    init(allocators: [ComparedAllocator], notFound: [String]) {
        self.allocators = allocators
        self.notFound = notFound
    }

    /// Selects the allocators.
    ///
    /// - Parameters:
    ///   - names: the names and paths of `--with`; nil for all that are found.
    ///   - pageHeap: PageHeap's library. The others must be for the same platform.
    ///   - option: the option that has the names, for errors.
    init(
        names: [String]?, pageHeap: PreloadLibrary, finder: LibraryFinder, option: String = "--with"
    ) throws(ToolError) {
        var allocators = [ComparedAllocator.pageHeap(pageHeap)]
        var notFound: [String] = []
        if let names {
            for name in names {
                allocators.append(try Self.allocator(named: name, pageHeap: pageHeap, finder: finder, option: option))
            }
        } else {
            try finder.checkMallocsCanBeChosen()
            allocators.append(.system)
            for known in KnownAllocator.all {
                if let library = finder.find(known, matching: pageHeap.header) {
                    allocators.append(ComparedAllocator(name: known.name, library: library, isPageHeap: false))
                } else {
                    notFound.append(known.name)
                }
            }
        }
        self.init(allocators: Self.distinct(allocators), notFound: notFound)
    }

    /// The allocator to whose figures ratios are given: the system's own, or else the first.
    var reference: ComparedAllocator {
        allocators.first { $0.library == nil } ?? allocators[0]
    }

    /// Returns the allocator that a user names. Throws an error if programs cannot run on it here.
    ///
    /// - Parameter option: the option by which.
    static func allocator(
        named name: String, pageHeap: PreloadLibrary, finder: LibraryFinder, option: String = "--with"
    ) throws(ToolError) -> ComparedAllocator {
        let allocator = try find(name, pageHeap, finder, option)
        if !allocator.isPageHeap { try finder.checkMallocsCanBeChosen() }
        return allocator
    }

    private static func find(
        _ name: String, _ pageHeap: PreloadLibrary, _ finder: LibraryFinder, _ option: String
    ) throws(ToolError) -> ComparedAllocator {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, parts[0].lowercased() == ComparedAllocator.pageHeapName.lowercased() {
            return try configured(pageHeap, with: Array(parts.dropFirst()), option)
        }
        switch name.lowercased() {
        case ComparedAllocator.pageHeapName.lowercased(): return .pageHeap(pageHeap)
        case ComparedAllocator.systemName, "system": return .system
        default: break
        }
        if let known = KnownAllocator.named(name) {
            guard let library = finder.find(known, matching: pageHeap.header) else {
                let remedy = known.package.map { "install it (on Debian: apt install \($0)), or " } ?? ""
                throw ToolError(
                    .noInput, "\(option): \(known.name) was not found here; \(remedy)give the path of its library")
            }
            return ComparedAllocator(name: known.name, library: library, isPageHeap: false)
        }
        guard name.contains("/") || name.hasSuffix(".so") || name.contains(".so.") else {
            let names = [ComparedAllocator.systemName] + KnownAllocator.all.map(\.name)
            throw ToolError(
                .usage,
                "\(option): '\(name)' is not a known allocator; use \(names.joined(separator: ", ")), "
                    + "or the path of a library")
        }
        let library = try PreloadLibrary(candidate: FilePath(name), matching: pageHeap.header, option: option)
        if let reason = finder.refusal(library) {
            throw ToolError(.noInput, "\(option): '\(name)' cannot be preloaded: \(reason)")
        }
        return ComparedAllocator(
            name: library.path.lastComponent?.string ?? name, library: library, isPageHeap: false)
    }

    /// PageHeap with settings other than the defaults. They are checked here: what the library says of them goes to the
    /// program's standard error.
    private static func configured(
        _ library: PreloadLibrary, with settings: [String], _ option: String
    ) throws(ToolError) -> ComparedAllocator {
        for setting in settings {
            guard let equals = setting.firstIndex(of: "="), setting.hasPrefix(Self.settingPrefix) else {
                throw ToolError(
                    .usage,
                    "\(option): '\(setting)' is not a setting of PageHeap; write pageheap:PAGEHEAP_RETAIN_PERCENT=0, say"
                )
            }
            let name = String(setting[..<equals].dropFirst(Self.settingPrefix.count))
            let value = String(setting[setting.index(after: equals)...])
            if let problem = Self.problem(name, value) { throw ToolError(.usage, "\(option): \(setting): \(problem)") }
        }
        let shown = settings.map { $0.dropFirst(Self.settingPrefix.count) }.joined(separator: ":")
        return ComparedAllocator(
            name: "\(ComparedAllocator.pageHeapName):\(shown)", library: library, isPageHeap: true, settings: settings)
    }

    private static let settingPrefix = "PAGEHEAP_"

    /// Returns what is wrong with a setting, as the library would say it; nil if it takes the setting.
    private static func problem(_ name: String, _ value: String) -> String? {
        name.withCString { name in
            value.withCString { value in
                var options = Options(environment: nil)
                return options.take(TextSlice(cString: name), value: value).map { "\($0)" }
            }
        }
    }

    /// Removes duplicates of a library with the same settings. If two libraries have the same name, the second is named by its path.
    private static func distinct(_ allocators: [ComparedAllocator]) -> [ComparedAllocator] {
        var kept: [ComparedAllocator] = []
        for allocator in allocators
        where !kept.contains(where: {
            $0.library?.path == allocator.library?.path && $0.settings == allocator.settings
        }) {
            var allocator = allocator
            if kept.contains(where: { $0.name == allocator.name }), let path = allocator.library?.path {
                allocator.name = path.string
            }
            kept.append(allocator)
        }
        return kept
    }
}
