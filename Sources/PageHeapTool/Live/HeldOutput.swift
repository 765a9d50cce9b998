import CPageHeapTool
import Glibc
import PageHeapReplay
import Synchronization
import SystemPackage

/// What a program writes while the live view has the terminal, to be shown later.
///
/// The program writes to a terminal of its own, as without the view: it may ask for the size, and open `/dev/stderr` anew. A
/// thread reads the other end, and keeps what comes in a file that has no name. If the file's folder is full, it keeps
/// nothing more: the program waits until the view is closed.
final class HeldOutput: Sendable {
    /// Where the program writes. What it writes to standard output and to standard error stays in its order.
    let descriptor: Int32
    private let reader: Int32
    private let file: Int32
    private let screen: Int32

    private struct Keeping {
        var isWanted = true
        var isOver = true
        var isFull = false
        /// What was read and could not be kept.
        var rest: [UInt8] = []
    }

    private let keeping = Mutex(Keeping())

    /// How much is read and shown at once, in bytes. Between two pieces, showing can be ended.
    private static let pieceBytes = 4096
    /// More than a terminal holds that nobody has read.
    private static let mostPieces = 64

    /// - Parameters:
    ///   - candidates: the folders to create the file in, best first.
    ///   - screen: the terminal whose place the program's takes.
    convenience init(in candidates: [FilePath], insteadOf screen: Int32) throws(ToolError) {
        var reason = Errno.noSuchFileOrDirectory
        for candidate in candidates {
            do throws(Errno) {
                let file = try Self.namelessFile(in: candidate)
                try self.init(keepingIn: file, insteadOf: screen)
                return
            } catch {
                reason = error
            }
        }
        throw ToolError(
            .inputOutput,
            "there is no place to keep what the program writes: \(reason); set TMPDIR to a folder you can write to, or leave "
                + "out --live")
    }

    /// - Parameter file: a file that is open for reading and writing, and closed with this object.
    init(keepingIn file: Int32, insteadOf screen: Int32) throws(Errno) {
        self.file = file
        self.screen = screen
        do {
            (reader, descriptor) = try Self.terminal()
        } catch {
            Glibc.close(file)
            throw error
        }
        takeOverSize()
    }

    deinit {
        for open in [descriptor, reader, file] { Glibc.close(open) }
    }

    private static func namelessFile(in folder: FilePath) throws(Errno) -> Int32 {
        var template = Array(folder.appending("pageheap-XXXXXX").string.utf8CString)
        let made = template.withUnsafeMutableBufferPointer { name -> Int32 in
            guard let name = name.baseAddress else { return -1 }
            let made = mkstemp(name)
            if made >= 0 { unlink(name) }
            return made
        }
        if made < 0 { throw Errno(rawValue: errno) }
        // The program must not inherit the descriptor.
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        return made
    }

    /// Makes a terminal. The program cannot read from it, because nobody types there.
    private static func terminal() throws(Errno) -> (reader: Int32, writer: Int32) {
        var (reader, writer): (Int32, Int32) = (-1, -1)
        if pageheap_terminal_pair(&reader, &writer) != 0 { throw Errno(rawValue: errno) }
        return (reader, writer)
    }

    /// Gives the program's terminal the size of the real one. Returns whether that is a new one.
    @discardableResult
    private func takeOverSize() -> Bool {
        var (size, before) = (winsize(), winsize())
        guard ioctl(screen, UInt(TIOCGWINSZ), &size) == 0, ioctl(descriptor, UInt(TIOCGWINSZ), &before) == 0,
            size.ws_row != before.ws_row || size.ws_col != before.ws_col
        else { return false }
        return ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0
    }

    // MARK: While the view is shown

    /// Begins to keep what the program writes. Returns false if there is no thread for it.
    func keep() -> Bool {
        keeping.withLock { $0.isOver = false }
        if DetachedThread.start({ self.keepUntilFull() }) { return true }
        keeping.withLock { $0.isOver = true }
        return false
    }

    /// Whether nothing more can be kept.
    var isFull: Bool { keeping.withLock { $0.isFull } }

    private func keepUntilFull() {
        while keeping.withLock({ $0.isWanted }) {
            guard let piece = nextPiece(atMost: 50) else { continue }
            let rest = Self.write(piece[...], to: file)
            if rest.isEmpty { continue }
            keeping.withLock { keeping in
                (keeping.isFull, keeping.rest) = (true, Array(rest))
            }
            break
        }
        keeping.withLock { $0.isOver = true }
    }

    /// Waits for something that the program has written. Returns nil if there is nothing.
    private func nextPiece(atMost milliseconds: Int32) -> [UInt8]? {
        // The kernel told the program of the change before its own terminal had the size: it may have looked too early.
        if takeOverSize() { kill(0, SIGWINCH) }
        var request = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, milliseconds) > 0 else { return nil }
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
            count = max(0, read(reader, buffer.baseAddress, buffer.count))
        }
        return piece.isEmpty ? nil : piece
    }

    // MARK: Afterwards

    /// Shows what has been kept, and then what still comes.
    ///
    /// - Parameters:
    ///   - isOver: whether the program writes nothing more.
    ///   - isEnough: whether to end early.
    /// - Returns: how much is not shown, in bytes.
    func show(isOver: () -> Bool, until isEnough: () -> Bool) -> Int {
        keeping.withLock { $0.isWanted = false }
        while !keeping.withLock({ $0.isOver }) { usleep(1000) }
        var shown = 0
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        while case let count = pread(file, &piece, piece.count, shown), count > 0 {
            if isEnough() || !write(piece[..<count]) { return kept(after: shown) }
            shown += count
        }
        let rest = keeping.withLock { $0.rest }
        if isEnough() || !write(rest[...]) { return kept(after: shown) }
        keeping.withLock { $0.rest = [] }
        while true {
            // Looked at first: what was written before the end is shown.
            let isLast = isOver()
            // Not more than a terminal holds: what a process still writes that outlives the program has no end.
            for _ in 0..<Self.mostPieces {
                guard let piece = nextPiece(atMost: isLast ? 0 : 50) else { break }
                if isEnough() || !write(piece[...]) { return piece.count + kept(after: shown) }
            }
            if isLast || isEnough() { break }
        }
        return kept(after: shown)
    }

    /// Writes to the terminal. Returns false if it is gone.
    private func write(_ bytes: ArraySlice<UInt8>) -> Bool { Self.write(bytes, to: screen).isEmpty }

    /// Writes bytes. Returns those that could not be written.
    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> ArraySlice<UInt8> {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno != EINTR { break }
            rest = rest.dropFirst(max(written, 0))
        }
        return rest
    }

    /// How much has been written by the program and not been shown.
    private func kept(after shown: Int) -> Int {
        var status = stat()
        let kept = fstat(file, &status) == 0 ? max(0, Int(status.st_size) - shown) : 0
        var unread: Int32 = 0
        _ = ioctl(reader, UInt(FIONREAD), &unread)
        return kept + keeping.withLock { $0.rest.count } + Int(unread)
    }
}
