import CPageHeapInterface

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
        let values = figures.values
        field("time", UInt64(max(time, 0)), &line)
        field("work", UInt64(worked.rawValue), &line)
        field("system", values.system_bytes, &line)
        field("used", values.in_use_bytes, &line)
        field("cached", values.cached_bytes, &line)
        field("retained", UInt64(figures.ledger.retained.rawValue), &line)
        field("released", values.released_bytes, &line)
        field("releasedInUse", values.released_in_use_bytes, &line)
        field("metadata", values.metadata_bytes, &line)
        field("goal", values.goal_bytes, &line)
        field("limitGoal", values.limit_goal_bytes, &line)
        field("returnedTotal", values.returned_bytes_total, &line)
        field("backgroundTotal", values.released_background_bytes_total, &line)
        field("growthTotal", values.released_growth_bytes_total, &line)
        field("limitTotal", values.released_limit_bytes_total, &line)
        field("forcedTotal", values.released_forced_bytes_total, &line)
        field("inUseTotal", values.released_in_use_bytes_total, &line)
        field("calls", values.release_calls_total, &line)
        field("failures", values.release_failures_total, &line)
        field("workerTime", values.worker_cpu_nanoseconds_total, &line)
        field("workerTimeMinute", values.worker_recent_cpu_nanoseconds, &line)
        field("resets", values.controller_resets_total, &line)
        line.append("}")
        return line
    }

    /// Appends a name and a number; null for the maximum, which stands for none.
    private static func field(_ name: StaticString, _ number: UInt64, _ line: inout MessageLine) {
        line.append(", \"")
        line.append(name)
        line.append("\": ")
        if number == .max { line.append("null") } else { line.append(decimal: UInt(number)) }
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
