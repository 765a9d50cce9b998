import Glibc
import SystemPackage

/// A file that will be written at the end and is known to be writable from the start.
///
/// The content goes to a temporary file beside the target, which then takes the target's place in one step. A run that
/// fails leaves an older file as it was. Pipes and devices are opened and written directly.
struct OutputFile: ~Copyable {
    let target: FilePath
    private let descriptor: Int32
    /// nil for a target that is written directly.
    private let temporary: FilePath?

    /// - Parameter purpose: what it will hold, for messages, such as "report".
    init(_ target: FilePath, purpose: String) throws(ToolError) {
        let opened: Opened
        do {
            opened = try Self.open(target)
        } catch {
            throw ToolError(.inputOutput, "cannot write the \(purpose) '\(target)': \(error.message)")
        }
        self.target = target
        descriptor = opened.descriptor
        temporary = opened.temporary
    }

    /// Whether a file that was there before is untouched until all of the new content is written.
    var isReplacedAtOnce: Bool { temporary != nil }

    private typealias Opened = (descriptor: Int32, temporary: FilePath?)

    /// Opens the target itself if it is a pipe or a device, else a temporary file beside it. The error has the reason.
    private static func open(_ target: FilePath) throws(ToolError) -> Opened {
        var status = stat()
        let exists = target.withPlatformString { stat($0, &status) } == 0
        if exists, status.st_mode & S_IFMT == S_IFDIR { throw ToolError(.inputOutput, "it is a folder; name a file") }
        if exists, target.withPlatformString({ access($0, W_OK) }) != 0 {
            throw ToolError(.inputOutput, "\(Errno(rawValue: errno)); choose another name")
        }
        if exists, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = target.withPlatformString { Glibc.open($0, O_WRONLY | O_CLOEXEC) }
            if descriptor < 0 { throw ToolError(.inputOutput, "\(Errno(rawValue: errno))") }
            return (descriptor, nil)
        }
        // A symbolic link stays one: what it points to is replaced.
        let opened = try openTemporary(beside: target.resolved ?? target)
        let mask = umask(0)
        umask(mask)
        fchmod(opened.descriptor, exists ? status.st_mode & 0o777 : 0o666 & ~mask)
        return opened
    }

    private static func openTemporary(beside place: FilePath) throws(ToolError) -> Opened {
        let folder = place.removingLastComponent()
        let pattern = folder.appending(".\(place.lastComponent?.string.prefix(40) ?? "").XXXXXX")
        var template = pattern.bytes.map { CChar(bitPattern: $0) } + [0]
        let descriptor = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        if descriptor < 0 {
            let reason = Errno(rawValue: errno)
            let remedy =
                reason == .noSuchFileOrDirectory
                ? "its folder '\(folder)' is not there; make it first" : "\(reason); choose a folder you can write to"
            throw ToolError(.inputOutput, remedy)
        }
        // The program must not inherit it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return (descriptor, FilePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) }))
    }

    /// Writes the content and puts the file in place.
    consuming func finish(with content: [UInt8]) throws(Errno) {
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
        let place = target.resolved ?? target
        let moved = temporary.withPlatformString { from in place.withPlatformString { rename(from, $0) } }
        if moved != 0 { throw Errno(rawValue: errno) }
    }

    deinit {
        Glibc.close(descriptor)
        if let temporary {
            // Gone already where it took the target's place.
            _ = temporary.withPlatformString { unlink($0) }
        }
    }
}
