extension RunResult {
    /// Returns the samples as comma-separated values: a line of heads, which are the JSON's keys, and a line per sample. Behind
    /// them, each process has a column of its resident memory, empty in samples that its curve does not have. A missing
    /// goal is an empty field.
    func csv() -> String {
        let heads = MemorySample.CodingKeys.allCases.map(\.rawValue)
        let processes = processHistory.processes
        let rows = Dictionary(
            processHistory.seconds.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first }
        )
        let lines = samples.map { sample in
            let row = rows[sample.seconds]
            let residents = processes.map { process in
                row.flatMap { $0 < process.residentBytes.count ? process.residentBytes[$0] : nil }
            }
            return Self.fields(of: sample) + residents.map { $0.map { "\($0.rawValue)" } ?? "" }
        }
        // A process that executes several programs of one name has a column for each.
        var seen: [String: Int] = [:]
        let names = processes.map { process in
            seen[process.label, default: 0] += 1
            let number = seen[process.label] ?? 1
            return Self.quoted("residentBytes of \(process.label)" + (number > 1 ? ", program \(number)" : ""))
        }
        return ([heads + names] + lines).map {
            $0.joined(separator: ",") + "\n"
        }.joined()
    }

    /// The values of a sample, in the order of its keys.
    private static func fields(of sample: MemorySample) -> [String] {
        MemorySample.CodingKeys.allCases.map { key in
            switch key {
            case .seconds: "\(sample.seconds)"
            case .residentBytes: "\(sample.residentBytes.rawValue)"
            case .inUseBytes: "\(sample.inUseBytes.rawValue)"
            case .retainedBytes: "\(sample.retainedBytes.rawValue)"
            case .goalBytes: sample.goalBytes.map { "\($0.rawValue)" } ?? ""
            case .cpuSeconds: "\(sample.use.cpuSeconds)"
            case .scavengerCPUSeconds: "\(sample.scavengerCPUSeconds)"
            case .minorPageFaults: "\(sample.use.minorFaults)"
            case .majorPageFaults: "\(sample.use.majorFaults)"
            }
        }
    }

    /// Quotes a field that holds a separator, a quote or a line's end. Control characters become blanks.
    private static func quoted(_ field: String) -> String {
        let clean = String(field.map { $0.isNewline || $0 < " " ? " " : $0 })
        return clean.contains { $0 == "," || $0 == "\"" } ? "\"\(clean.replacing("\"", with: "\"\""))\"" : clean
    }
}
