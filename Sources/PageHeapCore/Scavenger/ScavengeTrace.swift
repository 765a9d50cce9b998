/// The lines that tell of the scavenger's work.
///
///     scav 41 2304 KiB work, 118784 KiB total, 87% util
package enum ScavengeTrace {
    /// The line about a generation that has ended.
    ///
    /// - Parameters:
    ///   - generation: its number.
    ///   - worked: bytes that the background worker released in it; of a forced release, that call's.
    ///   - books: the heap's accounts at present.
    ///   - isForced: marks a forced release.
    ///   - wasReset: the pacer's controller failed meanwhile.
    package static func line(
        generation: UInt32, worked: ByteCount, books: HeapBooks, isForced: Bool, wasReset: Bool
    ) -> MessageLine {
        var line = MessageLine()
        line.append("scav ")
        line.append(decimal: UInt(generation))
        line.append(" ")
        line.append(decimal: worked.rawValue >> 10)
        line.append(" KiB work, ")
        line.append(decimal: (books.released + books.releasedInSpans).rawValue >> 10)
        line.append(" KiB total, ")
        let retained = books.retained.rawValue
        line.append(decimal: retained == 0 ? 0 : books.used.rawValue * 100 / retained)
        line.append("% util")
        if isForced { line.append(" (forced)") }
        if wasReset { line.append(" [controller reset]") }
        return line
    }
}
