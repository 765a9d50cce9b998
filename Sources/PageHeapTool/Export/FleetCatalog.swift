/// All processes of the host, kept up to date by walks through their folders.
///
/// A process is looked at once; after that, a walk only checks that it is still the same process with the same program,
/// which is one small file. Others are looked at again more and more rarely.
struct FleetCatalog: Sendable {
    private let host: HostTree
    private(set) var processes: [Int32: FleetProcess] = [:]
    private var walks = 0
    private var userNames: [UInt32: String] = [:]

    init(host: HostTree) {
        self.host = host
    }

    /// How many processes have not been looked at yet.
    var unseenCount: Int { processes.values.count { $0.standing == .unseen } }

    /// How many processes may not be looked at.
    var hiddenCount: Int { processes.values.count { $0.standing == .hidden } }

    /// The processes on PageHeap, the oldest first: if not all of them are served, those that are stay the same.
    var onPageHeap: [FleetProcess] {
        processes.values.filter(\.standing.isOnPageHeap).sorted {
            ($0.identity.startTime, $0.identity.identifier) < ($1.identity.startTime, $1.identity.identifier)
        }
    }

    /// Finds new processes, and forgets those that have ended or execute another program.
    mutating func walk() {
        walks += 1
        userNames = host.userNames()
        var found: [Int32: FleetProcess] = [:]
        found.reserveCapacity(processes.count)
        for identifier in host.processIdentifiers() {
            guard let stat = host.stat(of: identifier) else { continue }
            let identity = ProcessIdentity(identifier, stat)
            let known = processes[identifier]
            found[identifier] = known?.identity == identity ? known : FleetProcess(identity)
        }
        processes = found
    }

    /// Looks at the processes that are due, new ones first, until the time is up. The others have to wait for the next
    /// call.
    mutating func look(until deadline: ContinuousClock.Instant) {
        let due = processes.values.filter { $0.nextLook <= walks }.sorted { $0.nextLook < $1.nextLook }
        for process in due {
            if ContinuousClock.now >= deadline { return }
            look(at: process)
        }
    }

    /// Notes that a process executes another program, and looks at it.
    mutating func replace(_ identifier: Int32, with identity: ProcessIdentity) -> FleetProcess? {
        look(at: FleetProcess(identity))
        return processes[identifier]
    }

    mutating func forget(_ identifier: Int32) { processes[identifier] = nil }

    mutating func keep(_ figures: HeapFigures, of identifier: Int32) { processes[identifier]?.lastFigures = figures }

    mutating func lookAgain(at identifier: Int32) { processes[identifier]?.lookAgain() }

    private mutating func look(at process: FleetProcess) {
        let identifier = process.identity.identifier
        guard let look = ProcessLook(at: process, in: host, userNames: userNames) else {
            processes[identifier] = nil
            return
        }
        var process = process
        process.note(look.standing, labels: look.labels, walk: walks)
        processes[identifier] = process
    }
}
