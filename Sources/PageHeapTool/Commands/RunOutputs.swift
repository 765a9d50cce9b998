import SystemPackage

/// The files that a run shall write, all known to be writable before the program starts.
struct RunOutputs: ~Copyable {
    private var report: OutputFile?
    private var svg: OutputFile?
    private var json: OutputFile?

    init(_ options: RunOptions) throws(ToolError) {
        if let path = options.report { report = try OutputFile(FilePath(path), purpose: "report") }
        if let path = options.svg { svg = try OutputFile(FilePath(path), purpose: "picture") }
        if let path = options.json { json = try OutputFile(FilePath(path), purpose: "JSON file") }
    }

    /// What became of the files.
    struct Written: Sendable {
        var files: [(purpose: String, path: String)] = []
        var failures: [String] = []
    }

    /// Writes them all; one that fails does not keep the others from being written.
    consuming func write(_ result: RunResult) -> Written {
        var written = Written()
        if let file = report.take() {
            Self.write(file, "report", &written) { Array(HTMLReport(result: result).page().utf8) }
        }
        if let file = svg.take() {
            Self.write(file, "picture", &written) { Array(SVGChart(result).file().utf8) }
        }
        if let file = json.take() {
            Self.write(file, "JSON", &written) { try result.json() }
        }
        return written
    }

    private static func write(
        _ file: consuming OutputFile, _ purpose: String, _ written: inout Written, _ content: () throws -> [UInt8]
    ) {
        let path = file.target.string
        let remark = file.isReplacedAtOnce ? "; a file that was there before is unchanged" : ""
        do {
            let bytes = try content()
            try file.finish(with: bytes)
            written.files.append((purpose, path))
        } catch {
            written.failures.append("cannot write the \(purpose) '\(path)': \(error)\(remark)")
        }
    }
}
