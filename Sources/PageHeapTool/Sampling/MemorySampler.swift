import Glibc

/// Samples the memory of all processes of a run.
struct MemorySampler: Sendable {
    private(set) var folder: StatisticsFolder
    private let tool: Int32
    private(set) var series = SampleSeries()
    private(set) var integral = ResidentIntegral()
    private(set) var mostProcesses = 0
    /// The most CPU time of all scavengers together that was observed in a minute, in nanoseconds.
    private(set) var mostScavengerNanoseconds: UInt64 = 0

    init(folder: StatisticsFolder, tool: Int32 = getpid()) {
        self.folder = folder
        self.tool = tool
    }

    /// Takes a sample. Records nothing if no process has memory any more.
    mutating func sample(atSeconds seconds: Double) {
        // Read resident memory first: a short program may end at any moment, but its statistics page remains.
        let processes = ProcessTree.descendants(of: tool).union(folder.liveProcesses).union([folder.program])
        let residents = processes.map(ResidentMemory.of).filter { $0 > .zero }
        let figures = readFolder()
        let resident = residents.reduce(.zero, +)
        guard resident > .zero else { return }
        mostProcesses = max(mostProcesses, residents.count)
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
        let figures = folder.read(countingEndedProgram: countingEndedProgram)
        mostScavengerNanoseconds = max(mostScavengerNanoseconds, figures[\.worker_recent_cpu_nanoseconds])
        return figures
    }
}
