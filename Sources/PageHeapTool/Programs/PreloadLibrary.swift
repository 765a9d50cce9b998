import SystemPackage

/// A malloc library to preload into programs.
struct PreloadLibrary: Hashable, Sendable {
    /// The absolute path.
    let path: FilePath
    let header: ELFHeader

    static let fileName = "libpageheapmalloc.so"
    /// The file's name as programs that are linked with it know it. An installation may have only that.
    private static let soname = "libpageheapmalloc.so.0"
    /// How the names of all builds of the library begin, such as the one that checks itself.
    static let nameStart = "libpageheapmalloc"

    /// Finds PageHeap's library.
    ///
    /// - Parameter named: the path that the user gave; nil for the library beside the tool.
    init(named: FilePath?) throws(ToolError) {
        let wanted = named ?? OwnFiles.find([Self.fileName, Self.soname]) ?? FilePath(Self.fileName)
        guard let absolute = wanted.resolved else {
            let remedy =
                named == nil
                ? "\(OwnFiles.remedy(product: "pageheapmalloc")), or name it with --library"
                : "check the path that --library gives"
            throw ToolError(
                .noInput,
                "the malloc library '\(wanted)' was not found\(named == nil ? " beside the command" : ""); \(remedy)")
        }
        let header: ELFHeader?
        do {
            header = try ELFHeader(of: absolute)
        } catch {
            throw ToolError(.noInput, "the malloc library '\(absolute)' cannot be read: \(error)")
        }
        guard let header, header.isSharedObject else {
            throw ToolError(
                .noInput, "'\(absolute)' is not a shared library, or is cut short; --library needs \(Self.fileName)")
        }
        self.path = absolute
        self.header = header
    }

    /// Throws an error if the loader does not accept this library, or if it is not PageHeap's: for one that the user named.
    func checkNamed() throws(ToolError) {
        if let reason = PreloadProbe.refusal(of: self) {
            throw ToolError(.noInput, "'\(path)' cannot be preloaded: \(reason)")
        }
        if !Self.isPageHeap(path) {
            throw ToolError(
                .noInput,
                "'\(path)' is not PageHeap's malloc library; --library needs \(Self.fileName), and "
                    + "'pageheap compare --with' runs other allocators")
        }
    }

    /// Whether a library exports what only PageHeap's malloc does: its table of strings has the name.
    private static func isPageHeap(_ path: FilePath) -> Bool {
        guard let content = try? FileReading.bytes(of: path, limit: 64 << 20) else { return false }
        let name = Array("pageheap_is_process_malloc".utf8)
        return content.split(separator: 0).contains { $0.elementsEqual(name) }
    }
}
