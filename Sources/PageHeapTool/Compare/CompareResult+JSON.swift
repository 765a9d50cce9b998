import FoundationEssentials

extension CompareResult: Encodable {
    private enum CodingKeys: String, CodingKey {
        case pageheapVersion, command, startedAt, rounds, intervalMilliseconds, reference, exitCode, signal
        case endingsAgree, remarks, notFound, allocators
    }

    /// The keys of an allocator. `figures` contains the median, the lowest and the highest value of the runs that
    /// count, and the ratio of the median to the reference's; `curve` contains the resident memory of the median run.
    private enum AllocatorKeys: String, CodingKey {
        case name, library, runs, countedRuns, figures, curveRound, curve
    }

    private enum SpreadKeys: String, CodingKey {
        case median, lowest, highest, ratio
    }

    private enum PointKeys: String, CodingKey {
        case seconds, residentBytes
    }

    private struct FigureKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ figure: CompareFigure) { stringValue = figure.rawValue }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Encodes the result. Every key is always present; absent values are null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pageheapVersion, forKey: .pageheapVersion)
        try container.encode(command, forKey: .command)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(intervalMilliseconds, forKey: .intervalMilliseconds)
        try container.encode(reference, forKey: .reference)
        try container.encode(expected.exitCode, forKey: .exitCode)
        try container.encode(expected.signal, forKey: .signal)
        try container.encode(endingsAgree, forKey: .endingsAgree)
        try container.encode(remarks, forKey: .remarks)
        try container.encode(notFound, forKey: .notFound)
        var list = container.nestedUnkeyedContainer(forKey: .allocators)
        for allocator in allocators {
            var entry = list.nestedContainer(keyedBy: AllocatorKeys.self)
            try encode(allocator, to: &entry)
        }
    }

    private func encode(
        _ allocator: AllocatorResult, to container: inout KeyedEncodingContainer<AllocatorKeys>
    ) throws {
        try container.encode(allocator.name, forKey: .name)
        try container.encode(allocator.library, forKey: .library)
        try container.encode(allocator.runs, forKey: .runs)
        try container.encode(allocator.counted.count, forKey: .countedRuns)
        var figures = container.nestedContainer(keyedBy: FigureKey.self, forKey: .figures)
        for figure in CompareFigure.allCases {
            let spread = allocator.spread(of: figure)
            var entry = figures.nestedContainer(keyedBy: SpreadKeys.self, forKey: FigureKey(figure))
            try entry.encode(spread?.median, forKey: .median)
            try entry.encode(spread?.lowest, forKey: .lowest)
            try entry.encode(spread?.highest, forKey: .highest)
            try entry.encode(ratio(of: figure, for: allocator), forKey: .ratio)
        }
        let shown = allocator.medianRun
        try container.encode(shown?.round, forKey: .curveRound)
        var curve = container.nestedUnkeyedContainer(forKey: .curve)
        for point in shown?.curve.points ?? [] {
            var entry = curve.nestedContainer(keyedBy: PointKeys.self)
            try entry.encode(point.seconds, forKey: .seconds)
            try entry.encode(ByteCount(rounding: point.bytes), forKey: .residentBytes)
        }
    }

    /// Returns the JSON text, with sorted keys.
    func json() throws -> [UInt8] {
        try JSONText.bytes(of: self, .comparison)
    }
}
