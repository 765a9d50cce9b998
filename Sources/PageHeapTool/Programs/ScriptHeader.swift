import SystemPackage

/// The first line of a script, parsed as the kernel does.
struct ScriptHeader: Hashable, Sendable {
    /// The program that the kernel starts.
    let interpreter: String
    /// The rest of the line, which the kernel passes as one argument.
    let argument: String?

    /// Parses the start of a file. Returns nil if it does not begin with `#!` and a name.
    init?(firstBytes: [UInt8]) {
        guard firstBytes.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "!")]) else { return nil }
        let line = String(decoding: firstBytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let blanks: Set<Character> = [" ", "\t", "\r"]
        let words = line.split(maxSplits: 1, omittingEmptySubsequences: true) { blanks.contains($0) }
        guard let first = words.first else { return nil }
        interpreter = String(first)
        var rest = words.count > 1 ? words[1].drop { blanks.contains($0) } : ""
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        argument = rest.isEmpty ? nil : String(rest)
    }

    /// The name that env looks up in PATH for `#!/usr/bin/env NAME`: the first word that is neither an option nor an
    /// assignment. nil for any other interpreter.
    var nameSoughtByEnvironment: String? {
        guard FilePath(interpreter).lastComponent?.string == "env", let argument else { return nil }
        for word in argument.split(separator: " ") where !word.hasPrefix("-") && !word.contains("=") {
            return String(word)
        }
        return nil
    }
}
