import ArgumentParser
import FoundationEssentials
import SystemPackage

/// An output file's name with what is known only when the program runs: `%p` is the program's process identifier, `%e` its
/// name, `%t` the time of its start in seconds since 1970, and `%%` a percent sign. The letters are those of the kernel's
/// pattern for core files.
struct FileNamePattern: Hashable, Sendable {
    /// What replaces the letters.
    struct Values: Hashable, Sendable {
        /// The program's name; its folders do not count.
        var program: String
        var seconds: Int
        /// The program's identifier; nil before it has one.
        var process: Int32?

        init(program: FilePath, startedAt: Date) {
            self.program = program.lastComponent?.string ?? ""
            seconds = Int(startedAt.timeIntervalSince1970)
        }
    }

    private let text: String

    init(_ text: String) { self.text = text }

    /// The pattern of this very name.
    init(literal name: String) {
        text = name.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    }

    /// Whether the name has the program's identifier, which is not known before the program has been started.
    var hasProcess: Bool {
        var characters = text.makeIterator()
        while let character = characters.next() {
            if character == "%", characters.next() == "p" { return true }
        }
        return false
    }

    /// Throws a usage error if a percent sign stands before another letter.
    ///
    /// - Parameter letters: those that may be used.
    func check(of option: String, letters: String) throws(ValidationError) {
        var characters = text.makeIterator()
        while let character = characters.next() {
            guard character == "%" else { continue }
            let letter = characters.next()
            if letter == "%" || letter.map(letters.contains) == true { continue }
            let known = letters.map { "%\($0)" }.joined(separator: ", ")
            throw ValidationError(
                "\(option) has '%\(letter.map(String.init) ?? "")' in its name, which means nothing there; write \(known), or %% for a "
                    + "percent sign")
        }
    }

    /// Returns the name; `%p` is left if the identifier is not known yet.
    func name(_ values: Values) -> String {
        expanded(["e": values.program, "t": "\(values.seconds)", "p": values.process.map { "\($0)" } ?? "%p"])
    }

    private func expanded(_ values: [Character: String]) -> String {
        var result = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            if character == "%", let letter = characters.next() {
                result += letter == "%" ? "%" : values[letter] ?? "%\(letter)"
            } else {
                result.append(character)
            }
        }
        return result
    }
}
