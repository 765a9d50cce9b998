/// Formats the scavenger's trace lines.
///
///     scav 41 2304 KiB work, 118784 KiB total, 87% util
package enum TraceLine {
    /// The text line about a generation that has ended.
    ///
    /// - Parameters:
    ///   - generation: its number.
    ///   - worked: bytes that the background worker released in it; for a forced release, bytes that the call released.
    ///   - ledger: the heap's ledger when it ended.
    ///   - isForced: marks a forced release.
    ///   - wasReset: whether the pacer's controller failed during the generation.
    package static func text(
        generation: UInt32, worked: ByteCount, ledger: HeapLedger, isForced: Bool, wasReset: Bool
    ) -> MessageLine {
        var line = MessageLine()
        line.append("scav ")
        line.append(decimal: UInt(generation))
        line.append(" ")
        line.append(decimal: worked.rawValue >> 10)
        line.append(" KiB work, ")
        line.append(decimal: (ledger.released + ledger.releasedInSpans).rawValue >> 10)
        line.append(" KiB total, ")
        let retained = ledger.retained.rawValue
        line.append(decimal: retained == 0 ? 0 : ledger.used.rawValue * 100 / retained)
        line.append("% util")
        if isForced { line.append(" (forced)") }
        if wasReset { line.append(" [controller reset]") }
        return line
    }

    /// The same as a line of JSON, for programs to read. Sizes are in bytes, times in nanoseconds; absent values are
    /// null.
    ///
    /// - Parameters:
    ///   - generation: its number.
    ///   - worked: bytes that the background worker released in it; for a forced release, bytes that the call released.
    ///   - figures: the heap's statistics when it ended.
    ///   - isForced: marks a forced release.
    ///   - wasReset: whether the pacer's controller failed during the generation.
    ///   - time: the monotonic clock, in nanoseconds.
    package static func json(
        generation: UInt32, worked: ByteCount, figures: HeapStatistics, isForced: Bool, wasReset: Bool, time: Int64
    ) -> MessageLine {
        var line = MessageLine()
        line.append("{\"scav\": ")
        line.append(decimal: UInt(generation))
        line.append(isForced ? ", \"forced\": true" : ", \"forced\": false")
        line.append(wasReset ? ", \"controllerReset\": true" : ", \"controllerReset\": false")
        let ledger = figures.ledger
        field("time", UInt(max(time, 0)), &line)
        field("work", worked.rawValue, &line)
        field("system", ledger.system.rawValue, &line)
        field("used", ledger.used.rawValue, &line)
        field("cached", ledger.cached.rawValue, &line)
        field("retained", ledger.retained.rawValue, &line)
        field("released", ledger.released.rawValue, &line)
        field("releasedInSpans", ledger.releasedInSpans.rawValue, &line)
        field("metadata", figures.metadata.rawValue, &line)
        field("goal", figures.goal.rawValue, &line)
        field("limitGoal", figures.limitGoal.rawValue, &line)
        field("backgroundTotal", ledger.releasedInBackgroundTotal.rawValue, &line)
        field("growthTotal", ledger.releasedAtGrowthTotal.rawValue, &line)
        field("limitTotal", ledger.releasedForLimitTotal.rawValue, &line)
        field("forcedTotal", ledger.releasedForcedTotal.rawValue, &line)
        field("inSpansTotal", ledger.releasedInSpansTotal.rawValue, &line)
        field("calls", ledger.releaseCalls, &line)
        field("failures", ledger.releaseFailures, &line)
        field("workerTime", UInt(figures.workerNanoseconds), &line)
        field("workerTime10s", UInt(figures.workerRecentNanoseconds), &line)
        field("resets", UInt(figures.controllerResets), &line)
        line.append("}")
        return line
    }

    /// Appends a name and a number; null for the maximum, which stands for none.
    private static func field(_ name: StaticString, _ number: UInt, _ line: inout MessageLine) {
        line.append(", \"")
        line.append(name)
        line.append("\": ")
        if number == .max { line.append("null") } else { line.append(decimal: number) }
    }
}

/// The trace mode: whether and how generations are reported on standard error.
package enum TraceKind: UInt8, Sendable {
    case none
    /// A line of text, in the format of the Go runtime.
    case text
    /// A line of JSON, with more figures.
    case json
}
