extension PreloadLibrary {
    /// The recorder: the library that notes what a program asks of its malloc.
    static let recorderFileName = "libpageheaprecord.so"

    /// Finds the recorder beside the tool.
    static func recorder() throws(ToolError) -> PreloadLibrary {
        guard let path = OwnFiles.find([recorderFileName]), let header = try? ELFHeader(of: path), header.isSharedObject
        else {
            throw ToolError(
                .noInput,
                "the recorder '\(recorderFileName)' was not found beside the command, or is no library; "
                    + OwnFiles.remedy(product: "pageheaprecord"))
        }
        return PreloadLibrary(path: path, header: header)
    }
}
