import SystemPackage

/// Looks whether a program would run on PageHeap.
struct ProgramExam: Sendable {
    /// The value of LD_PRELOAD; nil if it is not set.
    var preload: String?
    let library: PreloadLibrary
    let finder: ProgramFinder
    var privileges = Privileges.current()

    /// - Parameter named: what the user typed.
    func findings(of named: [UInt8]) throws(ToolError) -> [Finding] {
        let program = try finder.find(named)
        if let header = try? ELFHeader(of: program), header.containsPageHeap { return [contained(program)] }
        return [loading(program), ownMalloc(program), otherPreloads]
    }

    private func contained(_ program: FilePath) -> Finding {
        Finding(
            topic: "its own malloc", verdict: .good,
            sentence: "'\(program)' contains PageHeap, and runs on it without anything preloaded.")
    }

    private func loading(_ program: FilePath) -> Finding {
        do {
            try PreloadCheck(library: library, privileges: privileges, finder: finder).check(program)
            let good = "The loader loads PageHeap into '\(program)'"
            do {
                try PreloadCheck(library: library, privileges: privileges.ofAnotherUser, finder: finder).check(program)
                return Finding(topic: "loading", verdict: .good, sentence: "\(good).")
            } catch {
                return Finding(
                    topic: "loading", verdict: .note, sentence: "\(good) for you. For other users: \(error.message).")
            }
        } catch {
            return Finding(topic: "loading", verdict: .problem, sentence: "\(error.message).")
        }
    }

    private func ownMalloc(_ program: FilePath) -> Finding {
        let topic = "its own malloc"
        guard let symbols = DynamicSymbols(of: program) else {
            return Finding(
                topic: topic, verdict: .good,
                sentence: "'\(program)' is a script, or cannot be read; what it starts decides.")
        }
        if symbols.defines("malloc") {
            return Finding(
                topic: topic, verdict: .problem,
                sentence: "'\(program)' exports a malloc of its own, which comes before any preloaded one.")
        }
        return Finding(
            topic: topic, verdict: .good,
            sentence: "'\(program)' exports no malloc. One that it uses without exporting it would not be seen here; "
                + "'pageheap run' tells.")
    }

    private var otherPreloads: Finding {
        guard let preload, !preload.isEmpty else {
            return Finding(topic: "other preloads", verdict: .good, sentence: "LD_PRELOAD is not set here.")
        }
        return Finding(
            topic: "other preloads", verdict: .note,
            sentence:
                "LD_PRELOAD is '\(preload)' here. The first library with a malloc provides it; 'pageheap run' puts "
                + "PageHeap first.")
    }
}
