import Glibc

/// Samples the memory of all processes of a run.
struct MemorySampler: Sendable {
    private(set) var folder: StatisticsFolder
    /// nil if no library was to be loaded.
    private(set) var census: LibraryCensus?
    private(set) var heapPeak = HeapPeak()
    private let tool: Int32
    /// The tool's children before it started the program, from a shell that executed the tool in its own place.
    let inherited: Set<Int32>
    private(set) var series = SampleSeries()
    private(set) var integral = ResidentIntegral()
    private(set) var mostProcesses = 0
    /// The most CPU time of all scavengers together that was observed in a minute, in nanoseconds.
    private(set) var mostScavengerNanoseconds: UInt64 = 0

    init(folder: StatisticsFolder, census: LibraryCensus? = nil, tool: Int32 = getpid(), inherited: Set<Int32> = []) {
        self.folder = folder
        self.census = census
        self.tool = tool
        self.inherited = inherited
    }

    /// Takes a sample. Records nothing if no process has memory any more.
    mutating func sample(atSeconds seconds: Double) {
        // Read resident memory first: a short program may end at any moment, but its statistics page remains.
        let processes = ProcessTree.descendants(of: tool, without: inherited).union(folder.liveProcesses).union([
            folder.program
        ])
        let residents = processes.map { (process: $0, resident: ResidentMemory.of($0)) }
            .filter { $0.resident > .zero }
        census?.note(
            residents.compactMap { each in ProcessIdentity(of: each.process).map { ($0, each.resident) } })
        let figures = readFolder()
        let resident = residents.reduce(.zero) { $0 + $1.resident }
        guard resident > .zero else { return }
        mostProcesses = max(mostProcesses, residents.count)
        heapPeak.note(figures, resident: resident)
        integral.add(seconds: seconds, bytes: resident)
        series.append(
            MemorySample(
                seconds: seconds, residentBytes: resident, inUseBytes: figures.bytes(\.in_use_bytes),
                retainedBytes: figures.retained, goalBytes: figures.optionalBytes(\.goal_bytes)))
    }

    /// Returns the last statistics, including the program's own levels at its end.
    mutating func finish() -> HeapFigures {
        readFolder(countingEndedProgram: true)
    }

    private mutating func readFolder(countingEndedProgram: Bool = false) -> HeapFigures {
        let figures = folder.read(
            strangers: census?.strangers ?? [], countingEndedProgram: countingEndedProgram)
        mostScavengerNanoseconds = max(mostScavengerNanoseconds, figures[\.worker_recent_cpu_nanoseconds])
        return figures
    }
}
