/// One of the key figures of a run, for the terminal and the report.
struct KeyFigure: Hashable, Sendable {
    let label: String
    let value: String
    /// A note on the parts or the limits of the value; may be empty.
    let note: String

    /// Returns the key figures of a run, the most important first. Figures of the heap are included only if they were
    /// published.
    static func all(of result: RunResult) -> [KeyFigure] {
        func resident(_ label: String, _ bytes: ByteCount?, _ note: String) -> KeyFigure {
            KeyFigure(label: label, value: bytes.map { "\($0)" } ?? "not seen", note: note)
        }
        let whichPeak =
            switch result.peakResidentSource {
            case nil: "the program ended too soon"
            case .kernel: "largest process, from the kernel"
            case .samples: result.processes > 1 ? "up to \(result.processes) processes" : ""
            }
        var figures = [
            resident("peak resident", result.peakResidentBytes, whichPeak),
            resident("mean resident", result.meanResidentBytes, "over time"),
            resident("resident at the end", result.finalResidentBytes, whenLastSeen(result)),
        ]
        if result.heapFiguresPublished { figures += ofTheHeap(result) }
        figures += [
            KeyFigure(label: "wall time", value: TimeText.describe(seconds: result.wallSeconds), note: ""),
            KeyFigure(
                label: "CPU time", value: TimeText.describe(seconds: result.cpuSeconds),
                note: "\(TimeText.describe(seconds: result.userCPUSeconds)) user, "
                    + "\(TimeText.describe(seconds: result.systemCPUSeconds)) system"),
            KeyFigure(
                label: "page faults", value: grouped(result.minorPageFaults + result.majorPageFaults),
                note: result.majorPageFaults == 0 ? "none from disk" : "\(grouped(result.majorPageFaults)) from disk"),
        ]
        return figures
    }

    /// Says when the last sample was taken, and what was in use then: the heap's own figures are of the very end, and may
    /// already be lower or higher.
    private static func whenLastSeen(_ result: RunResult) -> String {
        guard let last = result.samples.last, result.finalResidentBytes != nil else { return "" }
        let time = "last seen \(TimeText.describe(seconds: max(0, result.wallSeconds - last.seconds))) before it"
        return last.inUseBytes > .zero ? "\(time), with \(last.inUseBytes) in use" : time
    }

    private static func ofTheHeap(_ result: RunResult) -> [KeyFigure] {
        let heap = result.heap
        var figures = [
            KeyFigure(
                label: "in use at the end", value: "\(heap.bytes(\.in_use_bytes))",
                note: "blocks \(heap.bytes(\.live_bytes)), retained \(heap.retained), touched or not")
        ]
        if let limit = heap.optionalBytes(\.memory_limit_bytes) {
            let released = heap.bytes(\.released_limit_bytes_total)
            figures.append(
                KeyFigure(
                    label: "memory limit", value: "\(limit)",
                    note: "allocations released \(released) to stay within it"))
        }
        let returned = heap.bytes(\.returned_bytes_total)
        figures.append(KeyFigure(label: "given back in total", value: "\(returned)", note: releaseNote(heap)))
        if returned > .zero {
            let share = TimeText.share(heap.usedAgain.asDouble, of: returned.asDouble)
            figures.append(
                KeyFigure(
                    label: "again within 10 s", value: "\(heap.usedAgain)", note: "\(share) of what was given back"))
        }
        let seconds = heap.seconds(\.worker_cpu_nanoseconds_total)
        let wakeUps = heap[\.worker_wake_ups_total]
        figures += [
            KeyFigure(
                label: "scavenger's share",
                value: TimeText.share(seconds, of: result.wallSeconds * Double(result.processors)),
                note: "of \(result.processors) processor\(result.processors == 1 ? "" : "s"), "
                    + "\(grouped(wakeUps)) wake-up\(wakeUps == 1 ? "" : "s")"),
            KeyFigure(
                label: "scavenging", value: TimeText.describe(seconds: seconds),
                note: "\(TimeText.share(seconds, of: result.cpuSeconds)) of all CPU time"),
        ]
        return figures
    }

    private static func releaseNote(_ heap: HeapFigures) -> String {
        let (calls, failures) = (heap[\.release_calls_total], heap[\.release_failures_total])
        let text = "in \(grouped(calls)) call\(calls == 1 ? "" : "s")"
        return failures == 0 ? text : "\(text), \(grouped(failures)) refused"
    }

    /// Formats a number with its digits in groups of three: `1,234,567`.
    static func grouped(_ number: UInt64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
