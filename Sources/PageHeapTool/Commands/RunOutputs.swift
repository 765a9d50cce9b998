import SystemPackage

/// A command's output files. They are opened before the program starts, so that a file that cannot be written
/// is an error then.
struct RunOutputs: ~Copyable {
    private var report: OutputFile?
    private var svg: OutputFile?
    private var json: OutputFile?
    private var csv: OutputFile?
    private var profile: OutputFile?
    private let profileFormat: ProfileFormat?

    init(_ options: RunOptions) throws(ToolError) {
        try self.init(
            report: options.report, svg: options.svg, json: options.json, csv: options.csv, profile: options.profile)
    }

    /// - Parameters:
    ///   - report: the path of the HTML page; nil for none.
    ///   - svg: the path of the chart; nil for none.
    ///   - json: the path of the figures; nil for none.
    ///   - csv: the path of the samples; nil for none.
    ///   - profile: the path of the profile, whose end says its format; nil for none.
    init(
        report: String?, svg: String?, json: String?, csv: String? = nil, profile: String? = nil
    ) throws(ToolError) {
        profileFormat = profile.flatMap { ProfileFormat(fileName: $0) }
        if let report { self.report = try OutputFile(FilePath(report), purpose: "report") }
        if let svg { self.svg = try OutputFile(FilePath(svg), purpose: "picture") }
        if let json { self.json = try OutputFile(FilePath(json), purpose: "JSON file") }
        if let csv { self.csv = try OutputFile(FilePath(csv), purpose: "CSV file") }
        if let profile { self.profile = try OutputFile(FilePath(profile), purpose: "profile") }
    }

    /// The result of writing the files.
    struct Written: Sendable {
        var files: [(purpose: String, path: String)] = []
        var failures: [String] = []
    }

    consuming func write(_ result: RunResult, profile found: ProfileFolder.Content? = nil) -> Written {
        var profileWritten = Written()
        let format = profileFormat
        if let file = profile.take() {
            profileWritten.failures = found?.failures ?? []
            Self.write(file, "profile", &profileWritten) {
                guard let format, let profiles = found?.profiles, !profiles.isEmpty else {
                    throw ToolError(
                        .inputOutput,
                        "no process wrote one; a process on PageHeap does when it returns from main or calls exit")
                }
                return format.bytes(of: HeapProfile(profiles))
            }
        }
        var written = write(
            report: { Array(HTMLReport(result: result).page().utf8) }, svg: { Array(SVGChart(result).file().utf8) },
            json: { try result.json() }, csv: { Array(result.csv().utf8) })
        written.files += profileWritten.files
        written.failures += profileWritten.failures
        return written
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
            let reason = (error as? ToolError)?.message ?? "\(error)"
            written.failures.append("cannot write the \(purpose) '\(path)': \(reason)\(remark)")
        }
    }
}
