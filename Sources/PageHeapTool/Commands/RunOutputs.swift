import FoundationEssentials
import SystemPackage

/// A command's output files. They are opened before the program starts, so that a file that cannot be written
/// is an error then.
struct RunOutputs {
    private let files: [(output: Output, file: OutputFile)]
    private var values: FileNamePattern.Values

    /// - Parameters:
    ///   - names: of the files; those that are not wanted are nil.
    ///   - values: what replaces letters in the names.
    init(_ names: OutputNames, _ values: FileNamePattern.Values) throws {
        try names.expanded(values).check()
        self.values = values
        files = try names.files.compactMap { output, file in
            try file.map { (output, try OutputFile(names.pattern($0), values, purpose: output.purpose)) }
        }
    }

    /// Says what the program's process identifier is, which may be part of names.
    mutating func set(process: Int32) {
        values.process = process
        for (_, file) in files { file.rename(values) }
    }

    /// The result of writing the files.
    struct Written: Sendable {
        var files: [(output: Output, path: String)] = []
        var failures: [String] = []
    }

    /// Writes all files, even if one of them fails.
    ///
    /// - Parameter contents: what makes the content of each output that the command has.
    func write(_ contents: [Output: () throws -> [UInt8]]) -> Written {
        var written = Written()
        for (output, file) in files {
            guard let content = contents[output] else { continue }
            let path = file.target.string
            do {
                try file.finish(with: try content())
                written.files.append((output, path))
            } catch {
                let reason = (error as? ToolError)?.message ?? "\(error)"
                let remark = file.isReplacedAtOnce ? "; an existing file is unchanged" : ""
                written.failures.append("cannot write the \(output.purpose) '\(path)': \(reason)\(remark)")
            }
        }
        return written
    }
}

extension RunOutputs {
    /// Writes the files of a run.
    func write(_ result: RunResult, profile found: ProfileFolder.Content?, as format: ProfileFormat?) -> Written {
        var written = write([
            .report: { Array(HTMLReport(result: result).page().utf8) },
            .svg: { Array(SVGChart(result).file().utf8) },
            .json: { try result.json() },
            .csv: { Array(result.csv().utf8) },
            .profile: {
                guard let format, let profiles = found?.profiles, !profiles.isEmpty else {
                    throw ToolError(
                        .inputOutput,
                        "no process wrote one; a process on PageHeap does when it returns from main or calls exit, if there is "
                            + "room for it in /dev/shm")
                }
                return format.bytes(of: HeapProfile(profiles))
            },
        ])
        written.failures += found?.failures ?? []
        return written
    }
}
