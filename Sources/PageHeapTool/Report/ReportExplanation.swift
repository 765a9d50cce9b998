/// The section of the report that explains how to read it.
struct ReportExplanation: Sendable {
    let result: RunResult

    func section() -> String {
        let kinds = result.heapFiguresPublished ? ChartCurve.Kind.allCases : [.resident]
        let terms = kinds.map { kind in
            "<dt><span class=\"swatch swatch-\(kind.rawValue)\" aria-hidden=\"true\"></span>\(kind.label)</dt>"
                + "<dd>\(Markup.escape(kind.meaning))</dd>"
        }
        return """
            <section class="card reading">
            <h2>How to read it</h2>
            <dl>
            \(terms.joined(separator: "\n"))
            </dl>
            \(remarks.map { "<p>\(Markup.escape($0))</p>" }.joined(separator: "\n"))
            </section>
            """
    }

    private var remarks: [String] {
        var remarks: [String] = []
        if result.heapFiguresPublished {
            remarks.append(
                "If 'resident' and 'retained' fall towards 'in use' while the program runs, memory that it no longer "
                    + "needs is being released. If 'in use' stays high, the program still holds that memory: "
                    + "no allocator can release it.")
            remarks.append(
                "The heap's figures may lag by what the threads' caches hold. 'Given back in total' counts physical "
                    + "memory each time that it was given back, even if it was needed again later; how much was "
                    + "needed again within 10 s is counted coarsely, in units of 4 MiB.")
        }
        if (result.samples.last?.use.cpuSeconds ?? 0) > 0 {
            remarks.append(
                "CPU and page faults are means over short stretches, of at least 50 ms. The heaps publish the scavenger's "
                    + "time after each of its rounds, so it may show a little later than the program's.")
        }
        remarks.append(
            "Resident is summed over all processes of the run; pages that processes share, such as a library's code, "
                + "count in each. The last sample was taken up to one interval before the end.")
        if result.peakResidentSource == .kernel {
            remarks.append(
                "The peak fell between two samples, so it is the kernel's high-water mark of the largest single process "
                    + "and lies above the curve.")
        }
        if result.samplesMerged > 1 {
            remarks.append(
                "The run was long: each sample kept is the highest of \(result.samplesMerged). "
                    + "Mean and peak come from all samples.")
        }
        return remarks
    }
}
