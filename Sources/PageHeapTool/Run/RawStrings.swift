import SystemPackage

/// A list of C strings as the kernel has them, of any bytes but zero. A program's arguments and environment pass
/// through the tool unchanged, even if they are not valid UTF-8.
struct RawStrings: Hashable, Sendable {
    var elements: [[UInt8]]

    init(_ elements: [[UInt8]]) {
        self.elements = elements
    }

    init(_ texts: [String]) {
        elements = texts.map { Array($0.utf8) }
    }

    /// Splits the content of `/proc/self/cmdline` or `/proc/self/environ`, in which each string ends with a zero byte.
    init(zeroTerminated content: [UInt8]) {
        elements = content.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
    }

    /// The strings as text for people. Bytes that are not valid UTF-8 are replaced.
    var texts: [String] {
        elements.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the raw bytes of the given arguments, which are the last ones of this process's command line. Returns
    /// the given text itself if the command line does not end with it (as in tests).
    static func ownArguments(endingIn arguments: [String]) -> RawStrings {
        guard let content = try? FileReading.bytes(of: "/proc/self/cmdline") else { return RawStrings(arguments) }
        let tail = RawStrings(zeroTerminated: content).elements.suffix(arguments.count)
        let raw = RawStrings(Array(tail))
        return raw.texts == arguments ? raw : RawStrings(arguments)
    }

    /// Returns the value of a variable of PageHeap's in a process's environment. A process that has reported the variable as wrong has
    /// written the start of the name in lower case.
    func setting(_ variable: String) -> [UInt8]? {
        let reported = variable.replacing("PAGEHEAP_", with: "pageheap_")
        for start in [variable, reported].map({ Array("\($0)=".utf8) }) {
            guard let found = elements.first(where: { $0.starts(with: start) }) else { continue }
            return Array(found.dropFirst(start.count))
        }
        return nil
    }

    /// Returns the environment without a variable.
    func without(_ variable: String) -> RawStrings {
        let start = Array("\(variable)=".utf8)
        return RawStrings(elements.filter { !$0.starts(with: start) })
    }

    /// Returns the environment with variables, given as `NAME=value`, instead of others of the same names.
    func setting(_ variables: [String]) -> RawStrings {
        let names = variables.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) + [UInt8(ascii: "=")] }
        let kept = elements.filter { element in !names.contains { element.starts(with: $0) } }
        return RawStrings(kept + variables.map { Array($0.utf8) })
    }

    /// The settings of PageHeap in an environment, sorted; without those for tests and tools.
    var settings: [String] {
        let others = [ChildEnvironment.statisticsVariable, ChildEnvironment.keepVariable, "PAGEHEAP_SYSTEM_ROOT"].map {
            "\($0)="
        }
        return texts.filter { text in text.hasPrefix("PAGEHEAP_") && !others.contains { text.hasPrefix($0) } }.sorted()
    }

    /// Returns the environment that this process was started with.
    static func ownEnvironment() -> RawStrings {
        RawStrings(zeroTerminated: (try? FileReading.bytes(of: "/proc/self/environ")) ?? [])
    }

    /// Calls a closure with the array that `execve` expects: pointers to the strings, and a null pointer at the end.
    func withPointers<Result>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let starts = elements.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count + 1) }
        var storage: [CChar] = []
        for element in elements { storage += element.map { CChar(bitPattern: $0) } + [0] }
        return storage.withUnsafeMutableBufferPointer { buffer in
            var pointers: [UnsafeMutablePointer<CChar>?] = starts.dropLast().map { start in
                buffer.baseAddress.map { $0 + start }
            }
            pointers.append(nil)
            return body(pointers)
        }
    }
}
