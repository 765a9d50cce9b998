import SystemPackage

extension PreloadLibrary {
    /// Opens a library to compare with.
    /// - Parameters:
    ///   - candidate: the path of the library.
    ///   - header: the header of a library for the required platform.
    ///   - option: the option that names it.
    init(candidate: FilePath, matching header: ELFHeader, option: String = "--with") throws(ToolError) {
        guard let absolute = candidate.resolved else {
            throw ToolError(.noInput, "\(option): the library '\(candidate)' was not found; check the path")
        }
        let own: ELFHeader?
        do {
            own = try ELFHeader(of: absolute)
        } catch {
            throw ToolError(.noInput, "\(option): the library '\(absolute)' cannot be read: \(error)")
        }
        guard let own, own.isSharedObject else {
            throw ToolError(
                .noInput, "\(option): '\(candidate)' is not a shared library; name a .so file that can be preloaded")
        }
        if !own.matches(header) {
            throw ToolError(
                .noInput,
                "\(option): '\(candidate)' is a \(own.platform) library; it must be for \(header.platform), "
                    + "like PageHeap's library")
        }
        self.init(path: absolute, header: own)
    }

    /// Creates a value for a file that is known to be a shared library.
    init(path: FilePath, header: ELFHeader) {
        self.path = path
        self.header = header
    }
}
