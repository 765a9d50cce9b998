import SystemPackage

/// The libraries that the system's loader loads into every program: those that `/etc/ld.so.preload` names. They come after those of
/// LD_PRELOAD.
struct SystemPreload: Hashable, Sendable {
    static let file = "/etc/ld.so.preload"
    /// The files, as far as they are there.
    let libraries: [FilePath]
    /// Those that are not there, of which each program complains when it starts.
    let missing: [FilePath]
    /// The one whose malloc every program has, if there is one.
    let malloc: FilePath?

    /// Reads the file.
    ///
    /// - Parameter root: the folder that stands for the root of the file system.
    init(root: FilePath = "/") {
        let place = root.pushing(FilePath(Self.file).removingRoot())
        var named: [FilePath] = []
        for line in (FileReading.text(of: place) ?? "").split(separator: "\n") {
            // The rest of a line is a comment.
            let names = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == ":" || $0 == "\r" }
            // What is no path, the loader looks for in its own folders, which may depend on the program.
            named += names.filter { $0.contains("/") }.map { FilePath(String($0)) }
        }
        func exists(_ library: FilePath) -> Bool { root.pushing(library.removingRoot()).resolved != nil }
        libraries = named.filter(exists)
        missing = named.filter { !exists($0) }
        malloc = libraries.first {
            DynamicSymbols(of: root.pushing($0.removingRoot()))?.defines("malloc") == true
        }
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
