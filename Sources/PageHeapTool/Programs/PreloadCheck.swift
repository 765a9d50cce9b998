import SystemPackage

/// Checks before a run whether the loader will load the malloc library into the program.
///
/// A script is followed to the interpreter in its first line, and through `env` to the program that `env` looks up. A
/// file of an unknown kind passes the check, because the system may have a way to run it.
struct PreloadCheck: Sendable {
    let library: PreloadLibrary
    let privileges: Privileges
    let finder: ProgramFinder
    /// What the library is for; for messages.
    var purpose = Purpose.malloc

    /// What a library is to be preloaded for.
    enum Purpose: Hashable, Sendable {
        /// To run the program on PageHeap, which it may contain already.
        case malloc
        /// To run it on several mallocs, one after the other.
        case comparison
        case recording

        var without: String { self == .recording ? "cannot be recorded" : "keeps its own malloc" }
        var aim: String {
            switch self {
            case .malloc: "run it on PageHeap"
            case .comparison: "compare"
            case .recording: "record it"
            }
        }
        var refusal: String { self == .recording ? "cannot be recorded" : "cannot be given another malloc" }
    }

    /// The number of scripts to follow, if the interpreter of a script is itself a script. The kernel follows as many.
    private static let deepestScript = 5

    /// Throws an error with the reason if preloading cannot work.
    func check(_ program: FilePath) throws(ToolError) {
        try check(program, startedAs: program, depth: 0)
    }

    private func check(_ file: FilePath, startedAs program: FilePath, depth: Int, isThroughEnvironment: Bool = false)
        throws(ToolError)
    {
        let header: ELFHeader?
        do {
            header = try ELFHeader(of: file)
        } catch {
            // The file is executable but not readable, so its headers cannot be checked.
            return try checkPrivileges(of: file, startedAs: program)
        }
        if let header {
            try checkLoading(header, of: file, startedAs: program)
            return try checkPrivileges(of: file, startedAs: program)
        }
        guard let start = try? FileReading.bytes(of: file, limit: 1), let script = ScriptHeader(firstBytes: start)
        else {
            return
        }
        if depth >= Self.deepestScript {
            // Through env, a script starts others as often as it likes.
            if isThroughEnvironment { return }
            throw ToolError(
                .notExecutable,
                "'\(program)' cannot run: its first line names a script, and so on, and the system follows only "
                    + "\(Self.deepestScript) of them")
        }
        let interpreter = FilePath(script.interpreter)
        guard interpreter.resolved != nil else {
            throw ToolError(
                .notExecutable,
                "'\(file)' cannot run: its first line names the interpreter '\(script.interpreter)', "
                    + "which was not found")
        }
        if let name = script.nameSoughtByEnvironment {
            // If the program is not found, env itself reports that.
            guard let sought = try? finder.find(Array(name.utf8)) else { return }
            return try check(sought, startedAs: program, depth: depth + 1, isThroughEnvironment: true)
        }
        try check(
            interpreter, startedAs: program, depth: depth + 1, isThroughEnvironment: isThroughEnvironment)
    }

    private func checkLoading(_ header: ELFHeader, of file: FilePath, startedAs program: FilePath) throws(ToolError) {
        if !header.matches(library.header) {
            throw refusal(
                of: file, startedAs: program,
                "is a \(header.platform) program and the malloc library is \(library.header.platform); "
                    + "build the library for that platform and name it with --library")
        }
        let isLoader = file.lastComponent?.string.hasPrefix("ld-") == true
        if header.loader == nil, !isLoader, !(header.containsPageHeap && purpose == .malloc) {
            throw refusal(
                of: file, startedAs: program,
                "is statically linked, so it loads no shared library and \(purpose.without); "
                    + "link it dynamically to \(purpose.aim)")
        }
        if let loader = header.loader, FilePath(loader).resolved == nil {
            throw ToolError(
                .notExecutable, "'\(file)' cannot run: it needs the loader '\(loader)', which was not found")
        }
    }

    private func checkPrivileges(of file: FilePath, startedAs program: FilePath) throws(ToolError) {
        guard let gain = privileges.gain(from: FilePrivileges(of: file)) else { return }
        throw refusal(
            of: file, startedAs: program,
            "\(purpose.refusal): \(gain), so the system's loader ignores LD_PRELOAD; run the tool "
                + "as that user or group (for capabilities, as root), or use a copy without that privilege")
    }

    private func refusal(of file: FilePath, startedAs program: FilePath, _ reason: String) -> ToolError {
        let subject = file == program ? "'\(file)'" : "'\(program)' is run by '\(file)', which"
        return ToolError(.noInput, "\(subject) \(reason)")
    }
}
