/// The options of a heap, fixed when it starts.
package struct HeapConfiguration: Sendable {
    /// Memory to retain on top of the estimated need, in percent, 0 to 100; nil for the pacer's default.
    package var retainExtraPercent: UInt?
    /// The soft limit on the bytes that the heap and its metadata have from the system; nil for no limit. A program
    /// that needs more gets more.
    package var memoryLimit: ByteCount?
    /// Whether the memory limit of the process's control group is the soft limit as long as there is no other one.
    package var followsContainerLimit = true
    /// The hard limit on the bytes that the heap and its metadata have from the system; nil for no limit. Requests that
    /// would exceed it are refused.
    package var hardLimit: ByteCount?
    /// How physical memory is released.
    package var releaseMethod = ReleaseMethod.now
    /// Whether memory is released in the background.
    package var runsWorker = true
    /// Whether the program's own calls release memory, a little each time, instead of a worker thread.
    package var releasesInCallers = false
    /// Nanoseconds without anything to do after which the worker ends, to be started again when it is wanted; nil if it
    /// stays for good.
    package var workerIdleNanoseconds: Int64?
    /// Whether the heap serves requests of other processes (`pageheap_control.h`). Its worker then stays for good, and looks
    /// for them.
    package var servesControl = false
    /// The share of CPU time that the worker may use, 0.001 to 1: of one processor with the moving average, of the
    /// whole machine with the other pacers.
    package var scavengeShare = Tunables.scavengeShare
    /// How the worker is paced.
    package var pacer = PacerKind.budget
    /// What ends a cycle.
    package var cycles = CycleKind.demand
    /// Whether each generation prints a line, and in which format.
    package var trace = TraceKind.none
    /// Whether the heap may lie on huge pages.
    package var hugePages = HugePageUse.system
    /// A process address less its offset address: 0, unless the system hands out addresses that are negative numbers. A
    /// multiple of every alignment that is asked for, so that aligned offset addresses are aligned process addresses.
    package var arenaBaseOffset: UInt = 0

    /// Bytes of address space per reservation; fewer if the system refuses.
    package var reservationBytes = Tunables.reservationBytes
    /// Bytes of the first reservation, if that is to be smaller. Each further one is some times as large as the one
    /// before, up to ``reservationBytes``, and in any case large enough for the request that needs it.
    package var firstReservationBytes: ByteCount?
    /// Bytes of the first chunk that are mapped when it is added, whole physical pages; the rest is withheld until it
    /// is needed.
    package var firstBytes = PageGeometry.chunkBytes
    /// Whether the layer above counts the bytes of its live blocks (``LiveBytes``). They are the heap's need then, and
    /// not the pages in use.
    package var countsLiveBytes = false

    package init() {}

    /// The usual size of a reservation.
    ///
    /// - Parameter index: the number of reservations before it, at most ``Tunables/reservationLimit``.
    func usualReservationBytes(_ index: Int) -> ByteCount {
        guard let firstReservationBytes else { return reservationBytes }
        let shift = UInt(index) * Tunables.reservationGrowthShift
        // No overflow: what is shifted is at most the size that is meant to come out.
        let most = reservationBytes.rawValue &>> shift
        return firstReservationBytes.rawValue < most
            ? ByteCount(firstReservationBytes.rawValue &<< shift) : reservationBytes
    }

    /// The length of a cycle in nanoseconds, if the worker ends the cycles.
    var cycleNanoseconds: Int64 { pacer == .budget ? Tunables.tickNanoseconds : Tunables.cycleNanoseconds }

    /// The percentage to retain on top, or its default.
    var extraPercent: UInt {
        retainExtraPercent ?? (pacer == .budget ? Tunables.budgetRetainExtraPercent : Tunables.retainExtraPercent)
    }

    /// The same configuration with every number clamped to its range, so that a heap works with any input. A share that
    /// is not a number becomes the minimum. A heap whose owner ends the cycles keeps to the original's design, and with
    /// it to the controller, and to the limits that it is given.
    package var bounded: HeapConfiguration {
        var bounded = self
        bounded.retainExtraPercent = retainExtraPercent.map { min($0, Tunables.retainExtraPercentLimit) }
        bounded.scavengeShare =
            scavengeShare >= Tunables.scavengeShareMinimum
            ? min(scavengeShare, Tunables.scavengeShareLimit) : Tunables.scavengeShareMinimum
        if cycles == .runtime {
            if pacer == .budget { bounded.pacer = .controller }
            bounded.followsContainerLimit = false
        }
        return bounded
    }
}

/// What ends a cycle, and with it sets the goal for retained memory.
package enum CycleKind: Sendable {
    /// The worker ends a cycle at every tick while something changes or there is memory to release; the goal comes from
    /// recent demand and from what memory costs.
    case demand
    /// A garbage-collecting runtime ends a cycle at each collection; the goal comes from its heap goals.
    case runtime
}
