import ArgumentParser
import FoundationEssentials
import SystemPackage

/// `pageheap map`: a picture of a heap's address space.
struct MapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Draws the pages of a running process's heap.",
        discussion: """
            Each page has a colour: in use by small blocks (the darker, the fuller), by large blocks, free in a cache, free \
            and kept, free and given back. Without a file name the picture is drawn on the terminal. A map that was saved \
            with --json can be drawn later.

            The process must take requests: start it with PAGEHEAP_CONTROL=1, see 'pageheap ctl --help'.

            EXAMPLES
              pageheap map 4711
              pageheap map --png heap.png --svg heap.svg --json heap.json 4711
              pageheap map heap.json

            EXIT CODES
              0    the map is drawn
              64   usage error
              66   there is no such process or file, or it makes no sense
              69   the process does not answer, or cannot write its map
              74   a file cannot be written
            """)

    @Argument(
        help: ArgumentHelp("A process's identifier, or a saved map.", valueName: "pid-or-file"),
        completion: WordCompletion.processOrFile)
    var source: String

    @Option(help: ArgumentHelp("Write a picture of pixels.", valueName: "FILE.png"), completion: .file())
    var png: String?

    @Option(help: ArgumentHelp("Write a picture with a legend.", valueName: "FILE.svg"), completion: .file())
    var svg: String?

    @Option(help: ArgumentHelp("Save the map.", valueName: "FILE"), completion: .file())
    var json: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for the process, in seconds.", valueName: "seconds"))
    var wait = 5.0

    mutating func validate() throws {
        if !(wait >= 0 && wait <= 3600) { throw ValidationError("--wait takes 0 to 3600 seconds") }
        let outputs = OutputNames([(.png, png), (.svg, svg), (.json, json)], standardOutputIsFor: "the picture")
        try outputs.check(against: Int32(source) == nil ? source : nil)
    }

    mutating func run() throws {
        let saved = try read()
        let map = try saved.map()
        let title = "\(CommandText.short([saved.program], limit: 40)), process \(saved.process)"
        if let png { try Self.write(MapPNG(map: map).bytes(), to: png, purpose: "picture") }
        if let svg { try Self.write(Array(MapSVG(map: map, title: title).text().utf8), to: svg, purpose: "picture") }
        if let json { try Self.write(try JSONText.bytes(of: saved, .map), to: json, purpose: "map") }
        if png != nil || svg != nil || json != nil { return }
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        try StandardOutput.write(MapText(map: map, title: title, style: style).text())
    }

    private static func write(_ content: [UInt8], to name: String, purpose: String) throws(ToolError) {
        let file = try OutputFile(FilePath(name), purpose: purpose)
        do {
            try file.finish(with: content)
        } catch {
            throw ToolError(.inputOutput, "cannot write the \(purpose) '\(name)': \(error)")
        }
    }

    /// Asks a process for its map, or reads a saved one. A file whose name is a number is named with its folder: `./4711`.
    private func read() throws(ToolError) -> SavedMap {
        guard let process = Int32(source) else {
            return try SavedJSON.read(SavedMap.self, FilePath(source), what: "map", kind: .map)
        }
        let name = LibraryCensus.name(of: process)
        let channel = try ControlChannel(to: process, patience: wait)
        return SavedMap(try channel.map(), program: name, process: process)
    }
}
