import PageHeapCore

/// A set of settings of PageHeap under which a trace is replayed.
package struct ReplayPolicy: Sendable {
    /// The settings as they were given, without `PAGEHEAP_`; `default` if there are none.
    package let name: String
    let configuration: HeapConfiguration

    /// PageHeap as it is without settings.
    package static var standard: ReplayPolicy { ReplayPolicy(name: "default", options: Options(environment: nil)) }

    private init(name: String, options: Options) {
        self.name = name
        configuration = options.configuration
    }

    /// Takes settings.
    ///
    /// - Parameter text: `PAGEHEAP_NAME=value`, several separated by commas.
    /// - Throws: a sentence that says what is wrong.
    package init(_ text: String) throws(ReplayPolicyError) {
        let prefix = "PAGEHEAP_"
        var options = Options(environment: nil)
        var names: [String] = []
        for setting in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard setting.hasPrefix(prefix), let equals = setting.firstIndex(of: "=") else {
                throw ReplayPolicyError(
                    message: "'\(setting)' is not a setting of PageHeap; write PAGEHEAP_RETAIN_PERCENT=0, say")
            }
            let name = String(setting[..<equals].dropFirst(prefix.count))
            let value = String(setting[setting.index(after: equals)...])
            if Self.withoutEffect.contains(name) {
                throw ReplayPolicyError(message: "\(setting): has no effect on a replay in virtual time")
            }
            let problem = name.withCString { name in
                value.withCString { options.take(TextSlice(cString: name), value: $0).map { "\($0)" } }
            }
            if let problem { throw ReplayPolicyError(message: "\(setting): \(problem)") }
            names.append(String(setting.dropFirst(prefix.count)))
        }
        self.init(name: names.joined(separator: ","), options: options)
    }

    /// Settings that change nothing that a replay can show, or that name files of a process.
    private static let withoutEffect: Set = [
        "HARDENING", "GUARD_INTERVAL", "HUGE_PAGES", "RELEASE", "SCAVTRACE", "SYSTEM_ROOT", "STATISTICS_DIRECTORY",
        "CONTROL",
    ]
}

/// A set of settings that makes no sense.
package struct ReplayPolicyError: Error, Hashable, Sendable {
    package let message: String
}
