import Glibc
import SystemPackage

/// An output file that is opened before the run and written after it, so that it is known to be writable.
///
/// The content is written to a temporary file beside the target, which then replaces the target atomically. If the run
/// fails, an older file is unchanged. Pipes and devices are opened and written directly.
final class OutputFile {
    private let pattern: FileNamePattern
    private(set) var target: FilePath
    /// The file to replace: what the target leads to when it is opened, whatever its links lead to later.
    private var place: FilePath
    private let descriptor: Int32
    /// nil for a target that is written directly.
    private let temporary: FilePath?

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - pattern: its name.
    ///   - values: what replaces letters in the name.
    ///   - purpose: what the file is for, such as "report"; for error messages.
    convenience init(
        _ pattern: FileNamePattern, _ values: FileNamePattern.Values, purpose: String
    ) throws(ToolError) {
        try self.init(FilePath(pattern.name(values)), pattern: pattern, purpose: purpose)
    }

    /// Opens a file of this very name.
    convenience init(_ target: FilePath, purpose: String) throws(ToolError) {
        try self.init(target, pattern: FileNamePattern(literal: target.string), purpose: purpose)
    }

    private init(_ target: FilePath, pattern: FileNamePattern, purpose: String) throws(ToolError) {
        let opened: Opened
        do {
            opened = try Self.open(target)
        } catch {
            throw ToolError(.inputOutput, "cannot write the \(purpose) '\(target)': \(error.message)")
        }
        self.target = target
        self.pattern = pattern
        place = target.writePlace
        descriptor = opened.descriptor
        temporary = opened.temporary
    }

    /// Whether an older file remains unchanged until all of the new content is written.
    var isReplacedAtOnce: Bool { temporary != nil }

    /// Gives the file its final name, of which more is known now. A pipe or a device has one already.
    func rename(_ values: FileNamePattern.Values) {
        if temporary == nil { return }
        target = FilePath(pattern.name(values))
        place = target.writePlace
    }

    private typealias Opened = (descriptor: Int32, temporary: FilePath?)

    /// Opens the target itself if it is a pipe or a device, otherwise a temporary file beside it. The error's message
    /// is the reason alone.
    private static func open(_ target: FilePath) throws(ToolError) -> Opened {
        var status = stat()
        let exists = target.withPlatformString { stat($0, &status) } == 0
        if !exists, errno == ELOOP { throw ToolError(.inputOutput, "\(Errno(rawValue: errno)); choose another name") }
        if exists, status.st_mode & S_IFMT == S_IFDIR { throw ToolError(.inputOutput, "it is a folder; name a file") }
        if exists, target.withPlatformString({ access($0, W_OK) }) != 0 {
            throw ToolError(.inputOutput, "\(Errno(rawValue: errno)); choose another name")
        }
        var own = stat()
        if exists, stat("/proc/self/exe", &own) == 0, own.st_dev == status.st_dev, own.st_ino == status.st_ino {
            throw ToolError(.inputOutput, "it is this command itself; choose another name")
        }
        if exists, status.st_mode & S_IFMT != S_IFREG {
            return (try openDirectly(target), nil)
        }
        // Keeps a symbolic link and replaces the file that it points to.
        let opened = try openTemporary(beside: target.writePlace)
        let mask = umask(0)
        umask(mask)
        fchmod(opened.descriptor, exists ? status.st_mode & 0o777 : 0o666 & ~mask)
        return opened
    }

    /// The time that a pipe's reader has to appear, in steps of `stepMicroseconds`.
    private static let steps = 200
    private static let stepMicroseconds: UInt32 = 10_000

    private static func openDirectly(_ target: FilePath) throws(ToolError) -> Int32 {
        for _ in 0..<steps {
            // Not blocking: otherwise a pipe without a reader would hold the tool up for ever.
            let descriptor = target.withPlatformString { Glibc.open($0, O_WRONLY | O_CLOEXEC | O_NONBLOCK) }
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFL, O_WRONLY)
                return descriptor
            }
            if errno != ENXIO { throw ToolError(.inputOutput, "\(Errno(rawValue: errno))") }
            usleep(stepMicroseconds)
        }
        throw ToolError(.inputOutput, "nobody reads this pipe; start its reader first")
    }

    private static func openTemporary(beside place: FilePath) throws(ToolError) -> Opened {
        let folder = place.folder
        let pattern = folder.appending(".\(place.lastComponent?.string.prefix(40) ?? "").XXXXXX")
        var template = pattern.bytes.map { CChar(bitPattern: $0) } + [0]
        let descriptor = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        if descriptor < 0 {
            let reason = Errno(rawValue: errno)
            let remedy =
                reason == .noSuchFileOrDirectory && folder.resolved == nil
                ? "its folder '\(folder)' does not exist; create it first"
                : "no file can be created in '\(folder)' (\(reason)); choose another folder"
            throw ToolError(.inputOutput, remedy)
        }
        // The program must not inherit the descriptor.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return (descriptor, FilePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) }))
    }

    /// Writes the content, and replaces the target. To be called once.
    func finish(with content: [UInt8]) throws(Errno) {
        // A file that would be larger than the user allows is an error, and not the end of the command.
        let tooLarge = SignalSet([SIGXFSZ])
        let before = tooLarge.block()
        defer {
            if !before.contains(SIGXFSZ) { _ = tooLarge.wait(atMost: .zero) }
            before.restore()
        }
        var rest = content[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            rest = rest.dropFirst(written)
        }
        guard let temporary else { return }
        let moved = temporary.withPlatformString { from in place.withPlatformString { Glibc.rename(from, $0) } }
        if moved != 0 { throw Errno(rawValue: errno) }
    }

    deinit {
        Glibc.close(descriptor)
        if let temporary {
            // Fails if the file has already replaced the target.
            _ = temporary.withPlatformString { unlink($0) }
        }
    }
}
