import ArgumentParser
import FoundationEssentials
import Glibc
import SystemPackage

/// What shells offer for a word of the command line, where neither a list nor any file is the answer.
///
/// Every argument without a name has a completion: the parser's script for fish does not count one that has none, and
/// would complete the next as the one before.
struct WordCompletion {
    /// The words of the line, the command's name first.
    let words: [String]
    /// Which of them is completed.
    let index: Int
    /// What is typed of it.
    let prefix: String
    var environment = ProcessInfo.processInfo.environment

    /// A program, looked up in PATH as a shell does, and its arguments, which may be files.
    static let program = CompletionKind.custom {
        WordCompletion(words: $0, index: $1, prefix: $2).programs.map(\.offer)
    }
    /// Names of allocators or paths of their libraries, separated by commas.
    static let allocators = CompletionKind.custom {
        WordCompletion(words: $0, index: $1, prefix: $2).allocators.map(\.offer)
    }
    /// A process that runs on PageHeap.
    static let process = CompletionKind.custom { WordCompletion(words: $0, index: $1, prefix: $2).processes }
    /// Such a process, or a file.
    static let processOrFile = CompletionKind.custom {
        let completion = WordCompletion(words: $0, index: $1, prefix: $2)
        return completion.processes + completion.files($2).map(\.offer)
    }
    /// What an action of `pageheap ctl` takes.
    static let controlValue = CompletionKind.custom {
        WordCompletion(words: $0, index: $1, prefix: $2).controlValues.map(\.offer)
    }

    var programs: [String] {
        let files = files(prefix)
        if isArgument || prefix.contains("/") { return files }
        return Set(programsInPath() + files).sorted()
    }

    var allocators: [String] {
        let start = prefix.lastIndex(of: ",").map { prefix.index(after: $0) } ?? prefix.startIndex
        let last = String(prefix[start...])
        let names = [ComparedAllocator.pageHeapName.lowercased(), ComparedAllocator.systemName]
        let found = (names + KnownAllocator.all.map(\.name)).filter { $0.hasPrefix(last) }
        return (found + (last.contains("/") ? files(last) : [])).map { prefix[..<start] + $0 }
    }

    /// The identifiers, each with the process's name as an explanation.
    var processes: [String] {
        let host = HostTree()
        return host.processIdentifiers().sorted().compactMap { process in
            guard "\(process)".hasPrefix(prefix), let stat = host.stat(of: process),
                let mappings = try? ProcessMappings(of: "\(host.folder(of: process))/maps", ownIdentifier: process),
                mappings.hasLibrary
            else { return nil }
            return "\(process)".offer(explained: String(decoding: stat.name, as: UTF8.self))
        }
    }

    var controlValues: [String] {
        switch words.prefix(index).compactMap(CtlCommand.Action.init(rawValue:)).first {
        case .trace: return ["off", "text", "json"].filter { $0.hasPrefix(prefix) }
        case .limit, .hardLimit: return ["none"].filter { $0.hasPrefix(prefix) }
        case .profile: return files(prefix)
        case .release, nil: return []
        }
    }

    /// Whether the word is certainly not the program: that is the first one after `--`.
    private var isArgument: Bool {
        guard let separator = words.prefix(index).firstIndex(of: "--") else { return false }
        return index > separator + 1
    }

    private func programsInPath() -> [String] {
        ProgramFinder(searchPath: environment["PATH"]).folders.flatMap { folder in
            names(in: folder).filter { name in
                name.hasPrefix(prefix)
                    && folder.appending(name).withPlatformString { faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) } == 0
            }
        }
    }

    /// The files whose names begin with a path. Folders' names end in a slash.
    private func files(_ start: String) -> [String] {
        let end = start.lastIndex(of: "/").map { start.index(after: $0) } ?? start.startIndex
        let typed = String(start[..<end])
        let name = start[end...]
        var folder = typed.isEmpty ? "." : typed
        if folder.hasPrefix("~/"), let home = environment["HOME"] { folder = home + folder.dropFirst() }
        return names(in: FilePath(folder)).filter { $0.hasPrefix(name) && ($0.first != "." || name.first == ".") }
            .sorted().map { typed + $0 + (isFolder(FilePath(folder).appending($0)) ? "/" : "") }
    }

    private func isFolder(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func names(in folder: FilePath) -> [String] {
        // A name that is no UTF-8 cannot be offered, and one with the end of a line would be two.
        FileReading.names(in: folder).filter { name in !name.contains { $0.isNewline || $0 == "\u{FFFD}" } }
    }
}

extension String {
    /// The word with an explanation if the shell that asks shows one.
    fileprivate func offer(explained explanation: String) -> String {
        let line = String(String.UnicodeScalarView(explanation.unicodeScalars.map { $0.value < 32 ? "?" : $0 }))
        return switch CompletionShell.requesting {
        case .zsh?: "\(offer):\(line)"
        case .fish?: "\(offer)\t\(line)"
        default: offer
        }
    }

    /// The word as the shell that asks wants it: to zsh, what follows a colon is an explanation.
    fileprivate var offer: String {
        guard CompletionShell.requesting == .zsh else { return self }
        var text = ""
        for character in self { text += character == ":" || character == "\\" ? "\\\(character)" : "\(character)" }
        return text
    }
}
