import SystemPackage

extension PreloadLibrary {
    /// The recorder: the library that notes what a program asks of its malloc.
    static let recorderFileName = "libpageheaprecord.so"

    /// Finds the recorder beside the tool.
    static func recorder() throws(ToolError) -> PreloadLibrary {
        guard let tool = FilePath("/proc/self/exe").resolved else {
            throw ToolError(.internalError, "cannot find the tool's own path (/proc/self/exe is not readable)")
        }
        let path = tool.removingLastComponent().appending(recorderFileName)
        guard path.resolved != nil, let header = try? ELFHeader(of: path), header.isSharedObject else {
            throw ToolError(
                .noInput,
                "the recorder '\(path)' was not found, or is no library; build it with "
                    + "'swift build -c release --product pageheaprecord'")
        }
        return PreloadLibrary(path: path, header: header)
    }
}
