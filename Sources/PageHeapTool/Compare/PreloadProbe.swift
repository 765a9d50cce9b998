import Glibc
import SystemPackage

/// Asks the system's loader whether it accepts a library. The loader skips a damaged library, or one with missing
/// dependencies; its message would not be seen, and the program would be measured with the wrong malloc.
enum PreloadProbe {
    /// Returns the reason why the loader refuses a library; nil if it accepts the library, or if that is unknown.
    static func refusal(of library: PreloadLibrary) -> String? {
        // Blanks and colons are separators in LD_PRELOAD.
        let path = library.path.string
        guard let tool = OwnFiles.command, !path.contains(" "), !path.contains(":") else {
            return nil
        }
        // The loader lists what it would load into the tool, and exits without running anything.
        let command =
            "LD_TRACE_LOADED_OBJECTS=1 LD_PRELOAD=\(CommandText.quoted(path)) \(CommandText.quoted(tool.string)) 2>&1"
        guard let stream = popen("{ \(command); } 2>/dev/null", "r") else { return nil }
        var list: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            list += buffer[..<count]
        }
        pclose(stream)
        return refusal(of: path, list: String(decoding: list, as: UTF8.self))
    }

    /// Returns the reason for a refusal from the loader's list.
    static func refusal(of path: String, list: String) -> String? {
        let lines = list.split(separator: "\n")
        if let missing = lines.first(where: { $0.hasSuffix("=> not found") }) {
            let name = missing.split { $0 == " " || $0 == "\t" }.first ?? ""
            return "it needs \(name), which was not found"
        }
        let isLoaded = lines.contains { line in
            line.split { $0 == " " || $0 == "\t" }.contains { $0 == path }
        }
        return isLoaded ? nil : "the system's loader rejects it"
    }
}
