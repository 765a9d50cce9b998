import SystemPackage

/// A command's output files. They are opened before the program starts, so that a file that cannot be written
/// is an error then.
struct RunOutputs: ~Copyable {
    private var report: OutputFile?
    private var svg: OutputFile?
    private var json: OutputFile?
    private var csv: OutputFile?
    private var values: FileNamePattern.Values

    init(_ options: RunOptions, _ values: FileNamePattern.Values) throws {
        try options.outputNames.expanded(values).check()
        try self.init(report: options.report, svg: options.svg, json: options.json, csv: options.csv, values)
    }

    init(_ options: CompareOptions, _ values: FileNamePattern.Values) throws {
        try options.outputNames.expanded(values).check()
        try self.init(report: options.report, svg: options.svg, json: options.json, csv: nil, values)
    }

    private init(
        report: String?, svg: String?, json: String?, csv: String?, _ values: FileNamePattern.Values
    ) throws(ToolError) {
        self.values = values
        if let report { self.report = try OutputFile(FileNamePattern(report), values, purpose: "report") }
        if let svg { self.svg = try OutputFile(FileNamePattern(svg), values, purpose: "picture") }
        if let json { self.json = try OutputFile(FileNamePattern(json), values, purpose: "JSON file") }
        if let csv { self.csv = try OutputFile(FileNamePattern(csv), values, purpose: "CSV file") }
    }

    /// Says what the program's process identifier is, which may be part of names.
    mutating func set(process: Int32) {
        values.process = process
        report?.rename(values)
        svg?.rename(values)
        json?.rename(values)
        csv?.rename(values)
    }

    /// The result of writing the files.
    struct Written: Sendable {
        var files: [(purpose: String, path: String)] = []
        var failures: [String] = []
    }

    consuming func write(_ result: RunResult) -> Written {
        write(
            report: { Array(HTMLReport(result: result).page().utf8) }, svg: { Array(SVGChart(result).file().utf8) },
            json: { try result.json() }, csv: { Array(result.csv().utf8) })
    }

    /// Writes all files, even if one of them fails.
    consuming func write(
        report makeReport: () throws -> [UInt8], svg makePicture: () throws -> [UInt8],
        json makeJSON: () throws -> [UInt8], csv makeCSV: () throws -> [UInt8] = { [] }
    ) -> Written {
        var written = Written()
        if let file = report.take() { Self.write(file, "report", &written, makeReport) }
        if let file = svg.take() { Self.write(file, "picture", &written, makePicture) }
        if let file = json.take() { Self.write(file, "JSON", &written, makeJSON) }
        if let file = csv.take() { Self.write(file, "CSV", &written, makeCSV) }
        return written
    }

    private static func write(
        _ file: consuming OutputFile, _ purpose: String, _ written: inout Written, _ content: () throws -> [UInt8]
    ) {
        let path = file.target.string
        let remark = file.isReplacedAtOnce ? "; an existing file is unchanged" : ""
        do {
            let bytes = try content()
            try file.finish(with: bytes)
            written.files.append((purpose, path))
        } catch {
            written.failures.append("cannot write the \(purpose) '\(path)': \(error)\(remark)")
        }
    }
}
