import Glibc

/// Samples the memory of all processes of a run, and what they use.
struct MemorySampler: Sendable {
    private(set) var folder: StatisticsFolder
    /// nil if no library was to be loaded.
    private(set) var census: LibraryCensus?
    private(set) var heapPeak = HeapPeak()
    private let tool: Int32
    /// The tool's children before it started the program, from a shell that executed the tool in its own place.
    let inherited: Set<Int32>
    private(set) var series = SampleSeries()
    private var history = ProcessHistory()
    private(set) var integral = ResidentIntegral()
    /// How many processes had memory in the last sample, and the most in any.
    private(set) var processes = 0
    private(set) var mostProcesses = 0
    /// The processes of the last sample that had published figures of their heap.
    private(set) var holders: [HeapHolder] = []
    /// The figures of all heaps in the last sample.
    private(set) var figures = HeapFigures()
    /// The most CPU time of all scavengers together that was observed in a minute, in nanoseconds.
    private(set) var mostScavengerNanoseconds: UInt64 = 0
    private var total = UseTotal()
    private var scavengerSeconds = 0.0

    init(folder: StatisticsFolder, census: LibraryCensus? = nil, tool: Int32 = getpid(), inherited: Set<Int32> = []) {
        self.folder = folder
        self.census = census
        self.tool = tool
        self.inherited = inherited
    }

    /// Takes a sample. Records nothing if no process has memory any more.
    /// - Parameter ended: what the processes used that the tool has waited for.
    mutating func sample(atSeconds seconds: Double, ended: ResourceUse) {
        let readings = identifiers().compactMap { ProcessReading(of: $0) }
        // What a process used goes to its parent when the parent waits for it. Parents are read before their children, so
        // nothing counts twice if that happens meanwhile.
        total.note(readings.reduce(ProcessUse(ended)) { $0 + $1.own + $1.ofChildren }, processes: readings.count)
        // Read resident memory before the folder: a short program may end at any moment, but its statistics page remains.
        let residents = readings.map { $0.isZombie ? .zero : ResidentMemory.of($0.identity.identifier) }
        census?.note(zip(readings, residents).map { (process: $0.identity, resident: $1) })
        let present = zip(readings, residents).filter { $0.1 > .zero }
        figures = readFolder(present: Set(present.map(\.0.identity.identifier)))
        holders = present.compactMap { reading, resident in
            folder.retained[reading.identity.identifier].map {
                HeapHolder(identity: reading.identity, name: reading.name, held: min($0, resident))
            }
        }
        let resident = residents.reduce(.zero, +)
        guard resident > .zero else { return }
        processes = present.count
        mostProcesses = max(mostProcesses, processes)
        heapPeak.note(figures, resident: resident)
        integral.add(seconds: seconds, bytes: resident)
        scavengerSeconds = max(
            scavengerSeconds,
            figures.seconds(\.worker_cpu_nanoseconds_total) + figures.seconds(\.assist_cpu_nanoseconds_total))
        series.append(
            MemorySample(
                seconds: seconds, residentBytes: resident, inUseBytes: figures.bytes(\.in_use_bytes),
                retainedBytes: figures.retained, goalBytes: figures.optionalBytes(\.goal_bytes), use: total.value,
                scavengerCPUSeconds: scavengerSeconds))
        history.note(
            zip(readings, residents).map { reading, resident in
                ProcessHistory.Member(
                    reading: reading, resident: resident, inUse: folder.inUse[reading.identity.identifier])
            }, atSeconds: seconds)
    }

    /// Returns the last statistics, including the program's own levels at its end.
    mutating func finish() -> HeapFigures {
        readFolder(countingEndedProgram: true)
    }

    /// Returns the curves of single processes.
    /// - Parameter ended: what the processes used that the tool has waited for.
    func curves(ended: ResourceUse) -> ProcessCurves {
        history.curves(total: .larger(ProcessUse(ended), total.value))
    }

    /// The processes of the run, parents before their children.
    private func identifiers() -> [Int32] {
        let descendants = ProcessTree.descendants(of: tool, without: inherited)
        let others = folder.liveProcesses.union([folder.program]).subtracting(descendants)
        return descendants + others.sorted()
    }

    private mutating func readFolder(
        present: Set<Int32> = [], countingEndedProgram: Bool = false
    ) -> HeapFigures {
        let figures = folder.read(
            strangers: census?.strangers ?? [], present: present, countingEndedProgram: countingEndedProgram)
        mostScavengerNanoseconds = max(mostScavengerNanoseconds, figures[\.worker_recent_cpu_nanoseconds])
        return figures
    }
}
