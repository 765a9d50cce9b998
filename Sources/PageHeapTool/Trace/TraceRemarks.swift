import Glibc
import PageHeapTrace

/// What a trace does not have, in sentences.
enum TraceRemarks {
    static func remarks(on losses: TraceLosses) -> [String] {
        var remarks: [String] = []
        if let offset = losses.firstOffset {
            var parts: [String] = []
            if losses.damagedBlocks > 0 {
                let events = losses.damagedEvents > 0 ? " with at least \(losses.damagedEvents) events" : ""
                parts.append(
                    (losses.damagedBlocks == 1 ? "a damaged block" : "\(losses.damagedBlocks) damaged blocks") + events)
            }
            if losses.missingBlocks > 0 {
                parts.append(losses.missingBlocks == 1 ? "a missing block" : "\(losses.missingBlocks) missing blocks")
            }
            if losses.skippedBytes > 0 { parts.append("\(losses.skippedBytes) bytes that are no block") }
            if losses.isCutShort { parts.append("what followed the file's end") }
            let what = parts.isEmpty ? "a number in a header" : parts.joined(separator: ", ")
            remarks.append("The trace is damaged from byte \(offset) on; lost: \(what).")
        }
        if losses.stoppedProcesses > 0 {
            let seconds = TimeText.describe(seconds: Double(losses.stopTime) * 1e-9)
            remarks.append(
                (losses.stoppedProcesses == 1
                    ? "One process was not recorded to its end"
                    : "\(losses.stoppedProcesses) processes were not recorded to their ends")
                    + ": the file could not grow "
                    + "(\(reason(losses.stopReason))), first after \(seconds).")
        }
        if losses.unrecordedEvents > 0 {
            remarks.append(
                "\(losses.unrecordedEvents) events were not recorded: signal handlers allocated while the recorder was at "
                    + "work, or threads after their ends.")
        }
        return remarks
    }

    /// The system's text for an error number.
    static func reason(_ error: Int32) -> String { String(cString: strerror(error)) }
}
