/// A process of the host, and what is known of it until it ends or executes another program.
struct FleetProcess: Sendable {
    /// What was found when the process was looked at.
    enum Standing: Hashable, Sendable {
        /// It has not been looked at yet.
        case unseen
        /// It does not run on PageHeap.
        case stranger
        /// It may not be looked at: it is another user's.
        case hidden
        /// It runs on PageHeap, and publishes no figures.
        case silent
        /// It runs on PageHeap, and publishes its figures in this file.
        case publishes(PageFile)

        var isOnPageHeap: Bool {
            switch self {
            case .unseen, .stranger, .hidden: false
            case .silent, .publishes: true
            }
        }
    }

    let identity: ProcessIdentity
    var standing = Standing.unseen
    /// The labels of a process on PageHeap.
    var labels: [UInt8] = []
    /// The last figures, which stand for those that cannot be had because they are being written.
    var lastFigures: HeapFigures?
    /// The number of the walk after which the process is looked at again.
    var nextLook = 0
    /// How many walks lie between looks. It doubles, because what has not changed for long rarely does.
    private var pause = 1

    /// The most walks between two looks at the same program.
    static let longestPause = 64

    init(_ identity: ProcessIdentity) {
        self.identity = identity
    }

    /// Notes what a look in a walk has found.
    mutating func note(_ found: Standing, labels: [UInt8], walk: Int) {
        if found != standing { pause = 1 }
        standing = found
        self.labels = labels
        nextLook = walk + pause
        let longest: Int =
            switch found {
            // It may be about to publish.
            case .unseen, .silent: 1
            // Its name, user and control group may change.
            case .publishes: 8
            case .stranger, .hidden: Self.longestPause
            }
        pause = min(pause * 2, longest)
    }

    /// Has the process looked at as soon as possible, because its page could not be read.
    mutating func lookAgain() {
        nextLook = 0
        pause = 1
    }
}
