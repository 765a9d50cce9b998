import Glibc
import SystemPackage

/// Asks the system's loader whether it takes a library. A damaged one, or one whose own needs are missing, would be
/// left out with a message that nobody sees, and the program measured on the wrong malloc.
enum PreloadProbe {
    /// Why the loader does not take it, in words; nil if it does, or where that cannot be told.
    static func refusal(of library: PreloadLibrary) -> String? {
        // Blanks and colons separate in LD_PRELOAD.
        let path = library.path.string
        guard let tool = FilePath("/proc/self/exe").resolved, !path.contains(" "), !path.contains(":") else {
            return nil
        }
        // The loader lists what it would load into the tool and ends without running anything.
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

    /// The same from what the loader said.
    static func refusal(of path: String, list: String) -> String? {
        let lines = list.split(separator: "\n")
        if let missing = lines.first(where: { $0.hasSuffix("=> not found") }) {
            let name = missing.split { $0 == " " || $0 == "\t" }.first ?? ""
            return "it needs \(name), which is not found"
        }
        let isLoaded = lines.contains { line in
            line.split { $0 == " " || $0 == "\t" }.contains { $0 == path }
        }
        return isLoaded ? nil : "the system's loader does not take it"
    }
}
