import Glibc
import SystemPackage

/// The folder in which the processes of a run publish their statistics.
///
/// The files of ended processes are added to the totals and deleted, so that in a run of many thousands of short
/// processes only the live ones cost time and space.
struct StatisticsFolder: Sendable {
    /// The name of a page: the process, and how many programs the process had executed before.
    struct PageName: Hashable, Comparable, Sendable {
        let process: Int32
        let program: Int

        init?(_ name: String) {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let process = Int32(parts[0]), let program = Int(parts[1]), process > 0,
                program >= 0
            else { return nil }
            self.process = process
            self.program = program
        }

        static func < (left: PageName, right: PageName) -> Bool {
            (left.process, left.program) < (right.process, right.program)
        }
    }

    let path: FilePath
    /// The run's own program. Its pages are kept to the end, when its last levels are read.
    let program: Int32
    /// The number of processes that have published statistics.
    private(set) var processCount = 0
    /// The version of a page that this tool cannot read, if there was one.
    private(set) var otherVersion: UInt32?
    /// What each live process's heap had in use when the pages were last read.
    private(set) var inUse: [Int32: ByteCount] = [:]
    /// What it then retained, which includes that.
    private(set) var retained: [Int32: ByteCount] = [:]
    private var ended = HeapFigures()
    private var owners: [PageName: ProcessIdentity] = [:]
    /// The start times of the processes that have been counted and that may publish more pages.
    private var counted: [Int32: UInt64] = [:]
    private var lastFigures: [PageName: HeapFigures] = [:]
    /// What the run's own program executed when it was last seen alive.
    private var programIdentity: ProcessIdentity?

    init(path: FilePath, program: Int32) {
        self.path = path
        self.program = program
    }

    /// Whether any statistics have been read.
    var hasFigures: Bool { processCount > 0 }

    /// The live processes that have a page.
    var liveProcesses: Set<Int32> { Set(owners.keys.map(\.process)) }

    /// Reads all pages, and returns their sum. The levels are those of the current programs of live processes; the
    /// totals are those of all processes, including ended ones.
    ///
    /// - Parameters:
    ///   - strangers: processes that execute a program without the library. Their pages are those of programs that they
    ///     executed before.
    ///   - present: processes whose resident memory counts in the same sample. If one has ended meanwhile, its last levels
    ///     count, too.
    ///   - countingEndedProgram: whether the last levels of the run's own program still count after it has ended.
    mutating func read(
        strangers: Set<ProcessIdentity> = [], present: Set<Int32> = [], countingEndedProgram: Bool = false
    ) -> HeapFigures {
        let names = FileReading.names(in: path).compactMap(PageName.init).sorted()
        var sum = HeapFigures()
        inUse = [:]
        retained = [:]
        var index = names.startIndex
        while index < names.endIndex {
            let process = names[index].process
            let pages = names[index...].prefix { $0.process == process }
            index = pages.endIndex
            let identity = ProcessIdentity(of: process)
            if process == program, let identity { programIdentity = identity.following(programIdentity) }
            for page in pages {
                if readFigures(of: page) { count(process, identity) }
                if owners[page] == nil { owners[page] = identity }
                let owner = owners[page]
                let isOwn = process == program
                let isStranger = owner.map(strangers.contains) == true
                let counts = identity != nil || present.contains(process)
                let current = isOwn ? programIdentity : identity ?? owner
                if !isOwn, !counts || owner != current || isStranger {
                    bury(page, isLast: !counts && page == pages.last)
                    continue
                }
                guard let figures = lastFigures[page] else { continue }
                // What the program executed last may have lived so shortly that it was never seen.
                let isCurrent = owner == current || isOwn && owner == nil && countingEndedProgram
                if page == pages.last, isCurrent, !isStranger, counts || countingEndedProgram {
                    sum += figures.levels
                    inUse[process] = figures.bytes(\.in_use_bytes)
                    retained[process] = figures.retained
                }
                sum += figures.totals
            }
        }
        sum += ended
        return sum
    }

    /// Returns whether it is the first time.
    private mutating func readFigures(of page: PageName) -> Bool {
        do {
            let figures = try StatisticsPage.read(path.appending("\(page.process).\(page.program)"))
            return lastFigures.updateValue(figures, forKey: page) == nil
        } catch {
            // If the page is unfinished or busy, the previous figures remain until the next attempt.
            if case .otherVersion(let version) = error { otherVersion = version }
            return false
        }
    }

    /// Counts a process that publishes, once, however many programs it executes.
    private mutating func count(_ process: Int32, _ identity: ProcessIdentity?) {
        let known = counted[process]
        if let identity {
            counted[process] = identity.startTime
            if known != identity.startTime { processCount += 1 }
        } else if known == nil {
            // It has ended. It is not forgotten before its pages are.
            counted[process] = 0
            processCount += 1
        }
    }

    /// Adds the totals of an ended process or program to `ended`, and deletes its page.
    /// - Parameter isLast: whether the process has ended.
    private mutating func bury(_ page: PageName, isLast: Bool) {
        if let figures = lastFigures.removeValue(forKey: page) { ended += figures.totals }
        owners.removeValue(forKey: page)
        if isLast { counted.removeValue(forKey: page.process) }
        _ = path.appending("\(page.process).\(page.program)").withPlatformString { unlink($0) }
    }
}
