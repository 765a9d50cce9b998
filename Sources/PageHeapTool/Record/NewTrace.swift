import Glibc
import SystemPackage

/// The file of a recording: made before the program starts, and written by the programs that are recorded.
///
/// A new file takes the place of an older one at once: programs that still record into the older one are not disturbed.
struct NewTrace: Sendable {
    /// The path that the user gave. If the program's identifier is part of it, it is known once the program has started.
    private(set) var target: FilePath
    /// The absolute path, for the programs. They open it whenever one executes another, so it stays the same.
    let path: FilePath
    /// Why the file has not got its name.
    private(set) var failure: String?
    /// The file's name for people.
    var file: FilePath { failure == nil ? target : path }

    private let pattern: FileNamePattern
    private var values: FileNamePattern.Values

    /// Creates the file.
    init(_ pattern: FileNamePattern, _ values: FileNamePattern.Values) throws(ToolError) {
        let target = FilePath(pattern.name(values))
        if let refusal = Self.refusal(of: target) {
            throw ToolError(.inputOutput, "cannot write the trace '\(target)': \(refusal)")
        }
        var first = target
        if pattern.hasProcess {
            // Of a name that no other recording takes meanwhile.
            let mark = String(UInt64.random(in: 0 ... .max), radix: 36)
            first = target.removingLastComponent().appending(".\(target.lastComponent?.string ?? "").\(mark)")
        }
        let output = try OutputFile(first, purpose: "trace")
        do {
            try output.finish(with: RecordingClock.headerOfNewTrace())
        } catch {
            throw ToolError(.inputOutput, "cannot write the trace '\(target)': \(error)")
        }
        guard let path = first.resolved else {
            throw ToolError(.inputOutput, "the trace '\(target)' disappeared; use a folder that nobody else cleans")
        }
        self.target = target
        self.path = path
        self.pattern = pattern
        self.values = values
    }

    private static func refusal(of target: FilePath) -> String? {
        var status = stat()
        if target.withPlatformString({ stat($0, &status) }) != 0 { return nil }
        if status.st_mode & S_IFMT != S_IFREG { return "it is not a file, and programs have to map it; name a file" }
        if target.withPlatformString({ access($0, W_OK) }) == 0 { return nil }
        return "\(Errno(rawValue: errno)); choose another name"
    }

    /// Says what the program's process identifier is, and gives the file its name if that is part of it.
    mutating func set(process: Int32) {
        guard pattern.hasProcess else { return }
        values.process = process
        target = FilePath(pattern.name(values))
        failure = Self.refusal(of: target)
        if failure != nil { return }
        // A second name, because programs know the first; by way of a third, because an older file may have the second.
        let place = target.writePlace
        let link = FilePath("\(path).new")
        let isLinked = path.withPlatformString { from in
            link.withPlatformString { to in
                Glibc.link(from, to) == 0 && place.withPlatformString { rename(to, $0) } == 0
            }
        }
        if !isLinked {
            failure = "\(Errno(rawValue: errno))"
            _ = link.withPlatformString { unlink($0) }
        }
    }

    /// Removes the name that programs know, if the file has another one and they no longer need it.
    ///
    /// - Returns: that name, if it remains.
    func settle(processesLeft: Int) -> FilePath? {
        guard pattern.hasProcess else { return nil }
        if failure != nil || processesLeft > 0 { return path }
        remove()
        return nil
    }

    /// Removes the file, of a program that could not be started.
    func remove() {
        _ = path.withPlatformString { unlink($0) }
    }
}
