import ArgumentParser
import SystemPackage

/// The names of a command's output files.
struct OutputNames {
    let report: String?
    let svg: String?
    let json: String?
    /// What standard output is used for, as in "belongs to the program".
    let standardOutputIsFor: String

    /// Throws a usage error if the names are invalid.
    func check() throws {
        let files = [("--report", report), ("--svg", svg), ("--json", json)]
        for (option, file) in files {
            guard let file else { continue }
            if file.isEmpty || file == "-" {
                throw ValidationError(
                    "\(option) needs the name of a file; standard output belongs to \(standardOutputIsFor)")
            }
        }
        let named = files.compactMap(\.1).map { FilePath($0).lexicallyNormalized() }.filter { !$0.starts(with: "/dev") }
        if Set(named).count < named.count {
            throw ValidationError("two of --report, --svg and --json name the same file; use different files")
        }
    }
}
