import ArgumentParser
import Glibc
import SystemPackage

/// The names of a command's output files.
struct OutputNames {
    /// The outputs, and the files for them.
    let files: [(output: Output, file: String?)]
    /// What standard output is used for, as in "belongs to the program".
    let standardOutputIsFor: String
    /// The letters that may follow a percent sign; see ``FileNamePattern``. Nil if a percent sign is an ordinary character.
    let letters: String?

    init(_ files: [(output: Output, file: String?)], standardOutputIsFor: String, letters: String? = nil) {
        self.files = files
        self.standardOutputIsFor = standardOutputIsFor
        self.letters = letters
    }

    /// The names for a program.
    func expanded(_ values: FileNamePattern.Values) -> OutputNames {
        OutputNames(
            files.map { ($0.output, $0.file.map { pattern($0).name(values) }) },
            standardOutputIsFor: standardOutputIsFor)
    }

    /// The pattern of a name.
    func pattern(_ file: String) -> FileNamePattern {
        letters == nil ? FileNamePattern(literal: file) : FileNamePattern(file)
    }

    /// Throws a usage error if the names are invalid.
    /// - Parameter input: a file that the command reads, which no output may replace.
    func check(against input: String? = nil) throws {
        for (output, file) in files {
            guard let file else { continue }
            let option = output.option
            if let letters { try FileNamePattern(file).check(of: option, letters: letters) }
            if file.isEmpty || file == "-" {
                throw ValidationError(
                    "\(option) needs the name of a file; standard output belongs to \(standardOutputIsFor)")
            }
            // What an invalid name was replaced with when it became a string.
            if file.contains("\u{fffd}") { throw ValidationError("\(option) needs a name in UTF-8") }
        }
        let inputPlace = input.flatMap { Self.place(of: FilePath($0)) }
        for (output, file) in files {
            if let file, let inputPlace, Self.place(of: FilePath(file)) == inputPlace {
                throw ValidationError(
                    "\(output.option) would replace '\(file)', which is to be read; name another file")
            }
        }
        let places = files.compactMap(\.file).compactMap { Self.place(of: FilePath($0)) }
        if Set(places).count < places.count {
            let all = files.map(\.output.option)
            let options = all.dropLast().joined(separator: ", ") + " and \(all.last ?? "")"
            throw ValidationError("two of \(options) name the same file; use different files")
        }
    }

    /// Returns the place of a file, however it is spelled and through whatever links it is reached; nil for a device or a
    /// pipe, to which several may be written.
    private static func place(of file: FilePath) -> FilePath? {
        let file = file.writePlace
        if let existing = file.resolved {
            var status = stat()
            let isFile = existing.withPlatformString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
            return isFile ? existing : nil
        }
        guard let name = file.lastComponent else { return nil }
        if let folder = file.folder.resolved { return folder.appending(name) }
        // A folder that does not exist, which is an error later, unless `..` after it makes up for it.
        let normalized = file.lexicallyNormalized()
        return normalized == file ? file : place(of: normalized)
    }
}
