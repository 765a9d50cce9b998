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
            guard Self.taken.contains(name) else {
                throw ReplayPolicyError(
                    message: "\(setting): changes nothing in virtual time; what does is \(prefix)"
                        + Self.taken.dropLast().joined(separator: ", _") + " and _\(Self.taken.last ?? "")")
            }
            let problem = name.withCString { name in
                value.withCString { options.take(TextSlice(cString: name), value: $0).map { "\($0)" } }
            }
            if let problem { throw ReplayPolicyError(message: "\(setting): \(problem)") }
            names.append(String(setting.dropFirst(prefix.count)))
        }
        self.init(name: names.joined(separator: ","), options: options)
    }

    /// The settings that change something that a replay can show.
    static let taken = ["RETAIN_PERCENT", "MEMORY_LIMIT", "HARD_LIMIT", "SCAVENGE_PERCENT", "PACER", "SCAVENGER"]
}

/// A set of settings that makes no sense.
package struct ReplayPolicyError: Error, Hashable, Sendable {
    package let message: String
}
