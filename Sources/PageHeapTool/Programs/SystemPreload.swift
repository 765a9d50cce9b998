import SystemPackage

/// The libraries that the system's loader loads into every program: those that `/etc/ld.so.preload` names. They come after those of
/// LD_PRELOAD.
struct SystemPreload: Hashable, Sendable {
    static let file = "/etc/ld.so.preload"
    /// The files that are not there, of which each program complains when it starts.
    let missing: [FilePath]
    /// The one whose malloc every program has, if there is one.
    let malloc: FilePath?

    /// Reads the file.
    ///
    /// - Parameter root: the folder that stands for the root of the file system.
    init(root: FilePath = "/") {
        func place(_ path: FilePath) -> FilePath { root.pushing(path.removingRoot()) }
        var named: [FilePath] = []
        for line in (FileReading.text(of: place(FilePath(Self.file))) ?? "").split(separator: "\n") {
            // The rest of a line is a comment.
            let names = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == ":" || $0 == "\r" }
            // What is no path, the loader looks for in its own folders, which may depend on the program.
            named += names.filter { $0.contains("/") }.map { FilePath(String($0)) }
        }
        missing = named.filter { place($0).resolved == nil }
        malloc = named.first { DynamicSymbols(of: place($0))?.defines("malloc") == true }
    }

    /// What matters of it to PageHeap.
    var finding: Finding {
        let topic = "every program"
        if let library = missing.first {
            return Finding(
                topic: topic, verdict: .problem,
                sentence:
                    "\(Self.file) names '\(library)', which is not there: each program says so on standard error when it "
                    + "starts. Take the line out.")
        }
        if let malloc {
            return Finding(
                topic: topic, verdict: .note,
                sentence:
                    "\(Self.file) gives every program the malloc of '\(malloc)'. 'pageheap run' puts its own first; "
                    + "'pageheap compare' cannot run a program without that one.")
        }
        return Finding(topic: topic, verdict: .good, sentence: "\(Self.file) gives programs no malloc.")
    }
}
