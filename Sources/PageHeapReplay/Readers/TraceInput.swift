import Glibc
import PageHeapTrace

/// Reads a text file line by line, in bounded memory.
///
/// A line longer than ``longestLine`` is cut there: what follows on it is not read. Positions are bytes from the file's
/// beginning. Not thread-safe.
package final class TraceInput {
    package static let longestLine = 1 << 16

    private let descriptor: Int32
    /// Asked while there is nothing to read yet; if it returns true, the file ends here.
    private let givesUp: () -> Bool
    private var buffer: [UInt8]
    private var position = 0
    private var filled = 0
    /// The offset in the file of the buffer's first byte.
    private var base: UInt64 = 0
    private var hasEnded = false

    /// The offset of the line that was read last.
    package private(set) var lineOffset: UInt64 = 0
    /// Whether the line that was read last was longer than ``longestLine``.
    package private(set) var lineIsCut = false
    /// Whether the line that was read last had no line feed: the file ends in it.
    package private(set) var lineIsOpen = false

    /// Reads from a descriptor, and closes it in the end.
    ///
    /// - Parameters:
    ///   - descriptor: a file, or a pipe, which may be without a writer yet and should not block.
    ///   - givesUp: asked some times a second while there is nothing to read; if it returns true, the file ends there.
    package init(descriptor: Int32, givesUp: @escaping () -> Bool = { false }) {
        self.descriptor = descriptor
        self.givesUp = givesUp
        buffer = [UInt8](repeating: 0, count: Self.longestLine * 4)
    }

    /// Reads bytes that are in memory.
    package init(_ bytes: [UInt8]) {
        descriptor = -1
        givesUp = { false }
        hasEnded = true
        buffer = bytes
        filled = bytes.count
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The bytes at the beginning of the file: 4 KiB, or more, or all there are. To be called before anything is read.
    package func beginning() throws(TraceError) -> ArraySlice<UInt8> {
        while filled < 4096 && !hasEnded { try fill() }
        return buffer[..<filled]
    }

    /// How many bytes have been read.
    package var offset: UInt64 { base + UInt64(position) }

    /// Calls `body` with the next line, without its end; nil at the end of the file.
    package func line<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(TraceError) -> Result
    ) throws(TraceError) -> Result? {
        var length = 0
        lineIsCut = false
        while true {
            let end = buffer.withUnsafeBufferPointer { bytes -> Int? in
                var place = position + length
                while place < filled && bytes[place] != 10 { place += 1 }
                return place < filled ? place : nil
            }
            if let end {
                lineIsOpen = false
                return try take(end - position, skipping: 1, body)
            }
            length = filled - position
            if length >= Self.longestLine {
                lineIsCut = true
                let result = try take(Self.longestLine, skipping: 0, body)
                try skipLine()
                return result
            }
            if hasEnded {
                lineIsOpen = true
                return length == 0 ? nil : try take(length, skipping: 0, body)
            }
            try fill()
        }
    }

    private func take<Result>(
        _ length: Int, skipping: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(TraceError) -> Result
    ) throws(TraceError) -> Result {
        lineOffset = offset
        let start = position
        position += length + skipping
        // A carriage return before the line feed belongs to it.
        let cut = length > 0 && buffer[start + length - 1] == 13 ? 1 : 0
        let outcome = buffer.withUnsafeBufferPointer { bytes -> Swift.Result<Result, TraceError> in
            do throws(TraceError) {
                return .success(try body(UnsafeBufferPointer(rebasing: bytes[start..<start + length - cut])))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func skipLine() throws(TraceError) {
        while true {
            let from = position
            while position < filled {
                position += 1
                if buffer[position - 1] == 10 { return }
            }
            if hasEnded && from == position { return }
            try fill()
        }
    }

    /// Reads more, after moving what has not been used to the front.
    private func fill() throws(TraceError) {
        if hasEnded { return }
        if position > 0 {
            buffer.withUnsafeMutableBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                start.update(from: start + position, count: filled - position)
            }
            filled -= position
            base += UInt64(position)
            position = 0
        }
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, 200) == 0 {
                if !givesUp() { continue }
                hasEnded = true
                return
            }
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
            }
            if count > 0 {
                filled += count
                return
            }
            if count == 0 {
                hasEnded = true
                return
            }
            if errno != EINTR && errno != EAGAIN {
                throw TraceError(
                    "the file cannot be read: \(String(cString: strerror(errno)))", at: base + UInt64(filled))
            }
        }
    }
}
