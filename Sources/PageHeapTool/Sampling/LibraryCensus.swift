import Glibc
import SystemPackage

/// Finds out which processes of a run have the malloc library loaded: a program may be static, may have been started
/// without LD_PRELOAD, or may have had it ignored.
struct LibraryCensus: Hashable, Sendable {
    /// Why a process is without the library.
    enum Cause: String, Hashable, Codable, Sendable {
        case isStatic, startedWithoutPreload, preloadIgnored

        var text: String {
            switch self {
            case .isStatic: "it is statically linked"
            case .startedWithoutPreload: "it was started without LD_PRELOAD"
            case .preloadIgnored: "the loader ignored LD_PRELOAD, as it does for programs with privileges"
            }
        }
    }

    /// A process without the library.
    struct Stranger: Hashable, Codable, Sendable {
        var name: String
        var processIdentifier: Int32
        var cause: Cause
        var peakResidentBytes: ByteCount
    }

    enum Standing: Hashable, Sendable {
        /// The program is just being loaded, or cannot be looked at.
        case undecided
        case loaded
        case without(Cause)
    }

    let library: FilePath
    /// A program that a process executes, and what is known of it.
    private struct Member: Hashable, Sendable {
        let program: ProcessIdentity
        var standing = Standing.undecided
    }

    /// The processes of the last sample, by their identifiers.
    private var members: [Int32: Member] = [:]
    /// How many processes were seen with the library, and without.
    private(set) var loadedCount = 0
    private(set) var strangerCount = 0
    /// The process without the library that had the most resident memory.
    private(set) var largestStranger: Stranger?
    /// The most resident memory of a process with the library.
    private(set) var largestLoaded = ByteCount.zero
    /// The most resident memory that all processes without the library had in one sample.
    private(set) var strangersPeak = ByteCount.zero

    init(library: FilePath) {
        self.library = library
    }

    /// The processes of the last sample that are without the library.
    var strangers: Set<ProcessIdentity> {
        Set(members.values.filter { if case .without = $0.standing { true } else { false } }.map(\.program))
    }

    /// Records the processes of a sample, with their resident memory. One without any is ending, and stays what it was.
    mutating func note(_ processes: [(process: ProcessIdentity, resident: ByteCount)]) {
        var next: [Int32: Member] = [:]
        var strangers = ByteCount.zero
        for (process, resident) in processes {
            let last = members[process.identifier]
            var member = Member(program: process.following(last?.program))
            if let last, last.program == member.program { member = last }
            if member.standing == .undecided, resident > .zero {
                member.standing = Self.standing(of: process.identifier, library: library)
                // If the process has executed another program since its identity was read, that one's mappings were looked at.
                if member.standing != .undecided, ProcessIdentity(of: process.identifier) != process {
                    member.standing = .undecided
                }
                if member.standing == .loaded { loadedCount += 1 }
                if case .without = member.standing { strangerCount += 1 }
            }
            next[process.identifier] = member
            switch member.standing {
            case .undecided: break
            case .loaded: largestLoaded = max(largestLoaded, resident)
            case .without(let cause):
                strangers += resident
                if resident > largestStranger?.peakResidentBytes ?? .zero {
                    largestStranger = Stranger(
                        name: Self.name(of: process.identifier), processIdentifier: process.identifier, cause: cause,
                        peakResidentBytes: resident)
                }
            }
        }
        members = next
        strangersPeak = max(strangersPeak, strangers)
    }

    static func name(of process: Int32) -> String {
        var text = FileReading.text(of: FilePath("/proc/\(process)/comm")) ?? ""
        // The kernel adds one line end. A name may have others.
        if text.hasSuffix("\n") { text.removeLast() }
        return text.isEmpty ? "process \(process)" : text
    }

    /// Returns whether a process has the library.
    ///
    /// - Parameter library: the library's file; nil for the malloc library by any of its names.
    static func standing(of process: Int32, library: FilePath? = nil) -> Standing {
        guard let maps = FileReading.text(of: FilePath("/proc/\(process)/maps")) else { return .undecided }
        return standing(maps: maps, library: library) {
            guard let header = try? ELFHeader(of: FilePath("/proc/\(process)/exe")) else { return Executable() }
            return Executable(isStatic: header.loader == nil, containsLibrary: header.containsPageHeap)
        } hasPreload: {
            let environment = try? FileReading.bytes(of: FilePath("/proc/\(process)/environ"))
            return RawStrings(zeroTerminated: environment ?? []).elements.contains {
                $0.starts(with: Array("\(ChildEnvironment.preloadVariable)=".utf8))
            }
        }
    }

    /// What the file of a program tells.
    struct Executable {
        var isStatic = false
        /// Whether it is linked with the malloc library statically.
        var containsLibrary = false
    }

    /// Decides from a process's mappings.
    ///
    /// - Parameters:
    ///   - maps: the content of `/proc/PID/maps`.
    ///   - executable: looks at the program.
    ///   - hasPreload: whether the process was started with LD_PRELOAD.
    static func standing(
        maps: String, library: FilePath?, executable: () -> Executable, hasPreload: () -> Bool
    ) -> Standing {
        let files = Set(maps.split(separator: "\n").compactMap(file))
        if files.contains(where: { isSame($0, library) }) { return .loaded }
        let libraries = files.filter { isLibrary($0) }
        // In the middle of an exec there is nothing but the program, although it is not static.
        if files.isEmpty { return .undecided }
        let program = executable()
        if program.containsLibrary { return .loaded }
        if libraries.isEmpty { return program.isStatic ? .without(.isStatic) : .undecided }
        // The loader maps preloaded libraries before all others, so until there are others nothing is decided.
        if libraries.allSatisfy(isLoader) { return .undecided }
        return .without(hasPreload() ? .preloadIgnored : .startedWithoutPreload)
    }

    /// Returns the file of a line of the mappings; nil if it has none.
    private static func file(_ line: Substring) -> String? {
        guard let start = line.firstIndex(of: "/") else { return nil }
        let path = line[start...]
        return path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : String(path)
    }

    /// Whether a mapped file is the library. In another mount namespace its folder may have another name.
    private static func isSame(_ file: String, _ library: FilePath?) -> Bool {
        let name = FilePath(file).lastComponent
        guard let library else { return name?.string.hasPrefix(PreloadLibrary.nameStart) ?? false }
        return file == library.string || name == library.lastComponent
    }

    private static func isLibrary(_ file: String) -> Bool {
        guard let name = FilePath(file).lastComponent?.string else { return false }
        return name.hasSuffix(".so") || name.contains(".so.")
    }

    private static func isLoader(_ file: String) -> Bool {
        guard let name = FilePath(file).lastComponent?.string else { return false }
        return name.hasPrefix("ld-") || name.hasPrefix("ld.so")
    }
}
