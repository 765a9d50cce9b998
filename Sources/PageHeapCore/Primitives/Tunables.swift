/// Every tunable constant, with unit, default and reason. (The sizes that the whole structure is built on are in
/// ``PageGeometry``.)
package enum Tunables {
    // MARK: Growth

    /// Bytes of address space that a page heap reserves at a time; halved while the system refuses. 1 TiB: space that
    /// is only chosen costs nothing, and several heaps must find room beside each other.
    package static var reservationBytes: ByteCount { ByteCount(1 << 40) }

    /// Bytes of address space that a page heap of many reserves first where reserved space is taken from the system:
    /// 256 MiB. A thousand heaps, with 585 MiB each for their metadata, then find room in a single TiB. (Also the heaps
    /// after the first 18 or more of a process, which have used up the addresses that can be chosen.)
    package static var mappedReservationBytes: ByteCount { ByteCount(256 << 20) }

    /// How much larger such a heap's next reservation is: 8 times, which comes to ``reservationBytes`` within the
    /// ``reservationLimit``, and leaves most of a large heap in one piece.
    package static var reservationGrowthShift: UInt { 3 }

    /// Bytes of address space that the malloc reserves. 32 TiB: as much as the records of 2^32 spans reach. A single
    /// base makes the page map flat.
    package static var mallocReservationBytes: ByteCount { ByteCount(32 << 40) }

    /// Bytes that the malloc maps first. 1 MiB: most processes are small, and some may lock no more than 8 MiB.
    package static var mallocFirstBytes: ByteCount { ByteCount(1 << 20) }

    /// The number of reservations a heap may hold. It holds one, and more only if another mapping lies in its way or
    /// address space is limited.
    package static var reservationLimit: Int { 8 }

    /// The most bytes mapped at a time, ahead of use. 64 MiB: few system calls, and untouched pages are free.
    package static var accessibleStepBytes: ByteCount { ByteCount(64 << 20) }

    /// The part of a heap's size that is mapped ahead: one in 8. Limits that count address space then count little more
    /// than is used.
    package static var accessibleStepShare: UInt { 8 }

    /// Bytes that a heap retains before it grows on huge pages, if it is configured to. 256 MiB: below that, few faults
    /// are saved, and what is freed of a huge page costs more to release in pieces (80 ms per GiB to split).
    package static var hugePageHeapBytes: ByteCount { ByteCount(256 << 20) }

    /// The fewest chunks that are closed to huge pages together: 64 MiB. Closed and open chunks are separate mappings.
    package static var hugePageRegionChunks: UInt { 16 }

    /// The number of regions into which a heap on huge pages is divided if the least size would make them more: at most
    /// twice as many mappings, of the 65,530 that a process may have.
    package static var hugePageRegionsPerHeap: UInt { 64 }

    /// Bytes of metadata made accessible at a time. 16 KiB: untouched memory costs nothing, and larger steps would only
    /// make the statistics less exact.
    package static var metadataStepBytes: ByteCount { ByteCount(16 << 10) }

    /// Bytes of address space that a metadata arena reserves at a time; halved while the system refuses. 16 MiB hold
    /// the caches of about 400 threads.
    package static var metadataReservationBytes: ByteCount { ByteCount(16 << 20) }

    /// Bytes of the arena in which a heap's metadata begins, mapped as one. 320 KiB: all the metadata of a small heap,
    /// most of it never touched.
    package static var heapArenaBytes: ByteCount { ByteCount(320 << 10) }

    /// The number of address ranges whose list lies in the heap's arena. Most heaps have one range.
    package static var addressRangesInArena: Int { 32 }

    /// The most address ranges a heap may consist of. Their list is reserved, not committed: 64 Ki ranges take 1 MiB.
    package static var addressRangeLimit: Int { 1 << 16 }

    /// The number of chunks that a request for aligned pages examines one by one, for the lowest aligned place in a run
    /// that is just long enough: some ten microseconds. After that a run long enough for any alignment serves, which is
    /// found at once.
    package static var alignedSearchChunks: UInt { 96 }

    // MARK: Page cache

    /// Requests of fewer pages than this may be served from a page cache: a quarter of its 64 pages.
    package static var pageCacheRequestLimit: PageCount { 16 }

    /// The number of page caches that the size classes share, for each group of processors. More than a few would hide
    /// free pages.
    package static var pageCachesPerGroup: Int { 4 }

    /// The number of processors that share such caches, and the number of groups that have caches of their own.
    package static var pageCacheGroupProcessors: Int { 4 }
    package static var pageCacheGroups: Int { 4 }

    // MARK: Thread caches

    /// Bytes of blocks that the stack of a class may hold. With 80 classes a cache stays within about two megabytes even
    /// if a thread uses all of them, which none does.
    package static var cacheBytesPerClass: UInt { 16 << 10 }

    /// Bytes of blocks that the stack of a class may hold after it was found empty repeatedly.
    package static var grownCacheBytesPerClass: UInt { 64 << 10 }

    /// The number of blocks that such a grown stack may hold in any case, for blocks so large that few of them fit
    /// those bytes. With eight, half of all requests of 32 to 64 KiB at random miss the stack.
    package static var grownCacheBlockMinimum: UInt { 12 }

    /// Bytes by which all stacks of a thread together may grow. Blocks of 4 to 64 KiB at random take half the time with
    /// 3 MiB that they take with 2; the worker drains the stacks of a thread that sleeps.
    package static var cacheGrowthBytes: UInt { 3 << 20 }

    /// The number of thread caches up to which stacks may grow by all of that. Stacks of later threads may grow by
    /// less, the more threads there are.
    package static var fullGrowthCaches: UInt { 8 }

    /// The number of thread caches of full size. Caches of later threads are smaller, the more there are, so that the
    /// total stays bounded: hundreds of threads seldom work at once.
    package static var fullSizeCaches: UInt { 32 }

    /// The most blocks that the stack of a class may hold: as many blocks of 64 bytes as fit those bytes, less one.
    /// The arrays of all classes together fit the words of ``ThreadCache/Memory``.
    package static var cacheBlockLimit: UInt { 1023 }

    /// The most blocks that a refill takes from spans at once, and that a drain returns to them under one lock.
    package static var cacheBatchBlocks: Int { 64 }

    /// The number of blocks that the stack of a class may hold in any case, if that many fit ``grownCacheBytesPerClass``.
    package static var cacheBlockMinimum: UInt { 2 }

    /// The number of frees of small blocks after which a thread that has not allocated any gets a cache. More than the C
    /// library frees in a thread that is about to end, when the thread's exit can no longer be reported.
    package static var freesWithoutCache: UInt32 { 64 }

    /// Bytes of blocks that the transfer caches of a class may hold together, and bounds for that of each shard, which
    /// come first: a few halves of a full stack. The worker returns blocks that nobody needed.
    package static var transferBytesPerClass: UInt { 512 << 10 }
    package static var transferBytesPerShard: ClosedRange<UInt> { 128 << 10...256 << 10 }

    /// The most blocks in the transfer cache of a class in a shard. Those of all classes together fit the words of
    /// ``TransferCache/Words``.
    package static var transferBlockLimit: UInt { 2048 }

    // MARK: Shards

    /// The number of free span records that a shard takes at once, and gives up at once if it has twice as many.
    package static var recordBatch: UInt32 { 16 }

    /// The time after which a shard that the system had no memory for is asked for again, in nanoseconds: a second.
    package static var shardRetryNanoseconds: Int64 { 1_000_000_000 }

    /// The most shards of the central free lists, a power of two: processors beyond it share them. Sets of shards are
    /// words of 64 bits.
    package static var shardLimit: Int { 64 }

    // MARK: Large blocks

    /// The size in bytes from which a zeroed request releases dirty pages rather than clearing them. Below 1 MiB,
    /// writing zeros is cheaper than the faults that follow; above, a sparsely used table should cost only what is
    /// used.
    package static var zeroByReleaseBytes: ByteCount { ByteCount(1 << 20) }

    /// The size in bytes from which a block that has to grow elsewhere is moved by its page tables. A system call costs
    /// as much as copying some hundred KiB.
    package static var moveBytes: ByteCount { ByteCount(1 << 20) }

    /// The unit in which page tables move as a whole; blocks of at least that size are aligned to it when they move. 2
    /// MiB: what one page table of 4 KiB pages maps.
    package static var movePageTableBytes: ByteCount { ByteCount(2 << 20) }

    /// The most live blocks that have been moved that way. Each may be a mapping of its own until it is freed, and a
    /// process may have 65,530 mappings.
    package static var movedBlockLimit: UInt { 1024 }

    /// Bytes copied at a time if a block cannot be moved: what was copied is released before more is.
    package static var copyPieceBytes: ByteCount { ByteCount(2 << 20) }

    /// The size in bytes up to which a request is made without asking the system how much it could grant. Every machine
    /// has a GiB, or refuses it by itself; asking takes some microseconds.
    package static var uncheckedRequestBytes: ByteCount { ByteCount(1 << 30) }

    /// How often everything idle is reclaimed for a large block before the request fails. The first time is enough unless
    /// another thread caches what it frees at the same moment.
    package static var reclaimTries: Int { 8 }

    /// Pages of the largest blocks kept in the large-block cache: 256 KiB. Larger ones are rare enough.
    package static var largeCachePages: PageCount { 32 }

    /// The share of a request by which a cached block that serves it may be larger: a quarter. Blocks of 64 to 256 KiB at
    /// random then find one in seven of eight cases; only in one of four if the size has to be equal.
    package static var largeCacheSlack: Int { 4 }

    /// Bytes of all blocks in the large-block cache of a shard: little beside what a program that uses such blocks has. The
    /// more processors there are, the more often their threads would wait for the heap lock, which a cached block spares.
    package static func largeCacheBytes(shards: UInt) -> ByteCount { ByteCount((shards < 8 ? 2 : 4) << 20) }

    // MARK: Scavenger

    /// The percentage retained on top of demand with the original's pacers: 10 absorb small swings without page faults.
    package static var retainExtraPercent: UInt { 10 }

    /// The same with a budget. The windows of demand absorb swings already: beside 0, 10 percent saved no CPU time in
    /// any measurement, and cost a tenth of the memory.
    package static var budgetRetainExtraPercent: UInt { 0 }

    /// The fraction of a memory limit that the scavenger keeps to, between 0 and 1. The 5 % below the limit are room
    /// for what is allocated until the scavenger has caught up. (A fraction, not a percentage: an early version of the
    /// Go runtime multiplied by 95, and its goal was never unmet.)
    package static var limitShare: Double { 0.95 }

    /// The largest percentage that may be configured to be retained on top: as much again as is needed.
    package static var retainExtraPercentLimit: UInt { 100 }

    /// The fraction of the machine's CPU time that the background scavenger may use: over a minute with a budget, at
    /// every moment with the older pacers.
    package static var scavengeShare: Double { 0.01 }

    /// A mask that selects the acquisitions of the heap lock whose hold is timed: one in 256, because two looks at the
    /// clock cost more than half an allocation. One less than a power of two.
    package static var holdSampleMask: UInt32 { 255 }

    /// With a controller, the bound on the worker's share of CPU time over any ten seconds, as a multiple of the share
    /// it aims for. The controller overshoots by a fifth on one or two processors; a tenth leaves it room and keeps the
    /// promise.
    package static var shareTolerance: Double { 1.1 }

    /// The smallest and the largest share of CPU time that may be configured. A thousandth, because the pacer's ratio
    /// of work to sleep goes no lower; 1, because there is no more.
    package static var scavengeShareMinimum: Double { 0.001 }
    package static var scavengeShareLimit: Double { 1 }

    /// Bytes released between two looks at the clock and at the goal.
    package static var scavengeQuantumBytes: ByteCount { ByteCount(64 << 10) }

    /// Nanoseconds of work that justify a sleep: with less, the cost would be mostly that of the timer.
    package static var minimumWorkNanoseconds: Double { 1e6 }

    /// Nanoseconds assumed per physical page if the clock was too coarse to show any.
    package static var assumedPageNanoseconds: Int64 { 10_000 }

    /// The extra cost of reusing a released page, as a fraction of the cost of its release, if the system must be told
    /// of the reuse. The Go runtime's figure for Darwin.
    package static var darwinReuseCostRatio: Double { 0.7 }

    /// The ratio of work to sleep with which the pacer begins and to which it falls back: 0.1 %.
    package static var startSleepRatio: Double { 0.001 }

    /// Nanoseconds for which the pacer keeps the fall-back ratio after its numbers became infinite or not a number.
    package static var cooldownNanoseconds: Int64 { 5_000_000_000 }

    /// The number of reservations in which the search space of a generation is handed out.
    package static var reservationsPerGeneration: UInt { 64 }

    /// The length of a demand cycle in nanoseconds if the worker is paced by a budget: often enough that memory goes
    /// within a fraction of a second, at some ten microseconds per cycle.
    package static var tickNanoseconds: Int64 { 100_000_000 }

    /// The length of a demand cycle in nanoseconds with the older pacers. They take seconds to release what a cycle has
    /// found, so shorter cycles would only cost time.
    package static var cycleNanoseconds: Int64 { 1_000_000_000 }

    /// The resolution of the demand history: half a tick, so that a peak belongs to one slot.
    package static var demandSlotNanoseconds: Int64 { 50_000_000 }

    /// The cost in byte-seconds that all windows but the first one have at the start: a twentieth of a GiB for a
    /// second. It makes the shortest window lead until swings have cost more than that. With 0.4 GiB the estimate is a
    /// percent dearer on the test's curves; without it, the choice would be random at first.
    package static var expertHandicap: Double { 0.05 * 1024 * 1024 * 1024 }

    /// The part of the leader's cost below which another window takes over. Without it the choice flaps between windows
    /// of like cost, and each change costs faults.
    package static var expertHysteresis: Double { 0.8 }

    /// Nanoseconds after which a cost counts half. Load changes its pattern within minutes, and half a minute is some
    /// four periods of the slowest swings for which memory is worth keeping.
    package static var expertHalfLifeNanoseconds: Int64 { 30_000_000_000 }

    /// CPU seconds to release a byte, before the worker has measured it: 90 ms per GiB, which is usual for pages of
    /// 4 KiB.
    package static var releaseSecondsPerByte: Double { 0.09 / 1024 / 1024 / 1024 }

    /// The CPU time of a page fault, as a multiple of the release of the page: the system clears the page.
    package static var faultPerRelease: Double { 3.5 }

    /// The ratio of the two above which a heap must lie in huge pages: it is 3 to 5 with small pages, and about 100
    /// between a fault of a small page and the release of whole huge ones. A fault of a huge page takes an eighth of
    /// the time per byte.
    package static var hugeFaultPerRelease: Double { 20 }
    package static var hugeFaultDivisor: Double { 8 }

    /// Bytes over which the measured cost of release is averaged.
    package static var priceMemoryBytes: ByteCount { ByteCount(64 << 20) }

    /// The range of bytes of memory per processor that makes sense as the price of CPU time (machines for rent have 2
    /// to 16 GiB), and the usual figure, for a machine whose memory was not read.
    package static var leastBytesPerProcessor: Double { 2 * 1024 * 1024 * 1024 }
    package static var mostBytesPerProcessor: Double { 16 * 1024 * 1024 * 1024 }
    package static var usualBytesPerProcessor: Double { 8 * 1024 * 1024 * 1024 }

    /// The time over which the worker keeps to its share if it is paced by a budget: a minute's worth gives a few GiB
    /// back at once.
    package static var budgetNanoseconds: Int64 { 60_000_000_000 }

    /// The sleep after a stretch of work, as a multiple of it, while threads of the program run: the worker has a
    /// quarter of one processor.
    package static var runningSleepRatio: Double { 3 }

    /// The share of one processor's time above which the program's threads count as running.
    package static var runningShare: Double { 0.1 }

    /// The shortest time between two passes over holes, in nanoseconds.
    package static var holePassNanoseconds: Int64 { 200_000_000 }

    /// The part of the worker's share that searches of one kind may take on average: those for idle caches, and those
    /// for holes. Two quarters leave half of the share to the release of free pages even in a program with thousands of
    /// threads that each do a little, or with all of a gigabyte of spans at work.
    package static var searchPartOfShare: Double { 0.25 }

    /// CPU time that searches of one kind may owe before the next one waits, in nanoseconds: some passes over the spans of
    /// a GiB of small blocks.
    package static var searchBurst: Double { 20_000_000 }

    /// The number of ticks in which the low level of live bytes rises by two thirds of the way to a new level: three seconds.
    package static var lowLiveTicks: UInt { 32 }

    /// CPU time that a drop may pay for in advance, in nanoseconds: a pass that finds the spans of 10 GiB at rest, and
    /// one that releases their holes.
    package static var searchCredit: Double { 300_000_000 }

    /// The longest pause after a search, in nanoseconds.
    package static var longestSearchPause: Double { 60_000_000_000 }

    /// How much more CPU time than the release of as many bytes of free pages the release of holes may take without
    /// counting as a search: holes are small, and so take several times as much per byte.
    package static var holeWorth: Double { 10 }

    /// Bytes retained beyond the heap's need, and beyond what the last worker could not release, at which a worker
    /// starts. Less is not worth a thread; a program that never drops that much never has one.
    package static var workerStartExcess: ByteCount { ByteCount(4 << 20) }

    /// Nanoseconds for which the malloc's worker waits for something to do before it ends. Two seconds: a program that
    /// drops memory repeatedly keeps one worker, and other programs are soon without one again.
    package static var workerIdleNanoseconds: Int64 { 2_000_000_000 }

    /// Nanoseconds after which the worker of a process that serves requests looks for one. A tenth of a second: who asks hardly
    /// waits, and looking takes some microseconds.
    package static var controlPollNanoseconds: Int64 { 100_000_000 }

    /// Nanoseconds until the heap retries to create a worker thread that the system refused, and how often that delay
    /// doubles: up to 102 seconds. A limit on threads that has been met is seldom lifted.
    package static var workerRetryNanoseconds: Int64 { 100_000_000 }
    package static var workerRetryDoublings: UInt32 { 10 }

    /// The number of milliseconds for which a thread that ends the worker waits for its lock: the thread may hold it
    /// itself, in a signal handler, or the worker may, which then needs a processor.
    package static var holdOffLockWaits: Int { 100 }

    /// The number of processor pauses for which a thread that ends the worker waits for another that is starting it:
    /// some milliseconds, a hundred times what a start takes.
    package static var holdOffPauses: Int { 100_000 }

    /// Nanoseconds after a fork before the worker starts again: a program that counts its threads does so at once.
    package static var workerForkDelayNanoseconds: Int64 { 20_000_000 }

    /// Nanoseconds between two readings of the surroundings: what other processes of the container use may change at any
    /// time. A reading takes some tens of microseconds, and there is none while nothing happens in the heap.
    package static var readingNanoseconds: Int64 { 1_000_000_000 }

    /// The part of a container's limit that the heap does not count on, besides the five percent of its own: what others
    /// take until the next reading, and what the kernel counts late. Without it, a program at its limit was killed.
    package static var containerMargin: Double { 0.05 }

    /// Bytes that a heap retains before it reads the surroundings because it grows: 16 MiB. Most processes are smaller,
    /// matter to no container, and are spared the files.
    package static var readingHeapBytes: ByteCount { ByteCount(16 << 20) }

    /// The share of time for which some task has to wait for memory from which on that is pressure: a twentieth. Tasks
    /// that are a little slowed down by their own page cache stay below it.
    package static var pressureShare: Double { 0.05 }

    /// Nanoseconds for which pressure lasts after the reading that found it: two readings, so that one that comes late
    /// does not end it.
    package static var pressureNanoseconds: Int64 { 2_000_000_000 }

    // MARK: Release in callers

    /// Bytes that one call of the program releases if there is no worker: about a tenth of a millisecond.
    package static var callerReleaseBytes: ByteCount { ByteCount(1 << 20) }

    /// Nanoseconds between two such calls: the resolution of the coarse clock.
    package static var callerLookNanoseconds: Int64 { 4_000_000 }

    /// Bytes that callers release per second of one processor's time: 10 GiB, measured for the usual small pieces. They
    /// may use the worker's share of that time.
    package static var callerBytesPerSecond: Double { 10 * 1024 * 1024 * 1024 }

    /// Nanoseconds for which an unused allowance accumulates.
    package static var callerAllowanceNanoseconds: Int64 { 10_000_000_000 }

    /// Freed bytes that wake a parked worker. Less is not worth a wake-up.
    package static var wakeBytes: ByteCount { ByteCount(256 << 10) }

    /// The most bytes that an allocation releases itself when it grows the heap or meets a memory limit, to stay within
    /// half a millisecond.
    package static var growthAssistBytes: ByteCount { ByteCount(1 << 20) }

    /// The number of chunks that such an allocation examines: 4 GiB of heap, some 20 µs if there is nothing to release.
    package static var assistChunkLimit: UInt { 1024 }

    /// The number of spans that one look for holes visits: half a millisecond if each span has to be searched,
    /// usually a tenth of that. A thread that waits for the pass lock waits that long.
    package static var holeVisitsPerCall: Int { 256 }

    /// The fraction of wall time that all allocations together may spend on keeping to a memory limit, between 0 and 1.
    /// Half: a program that needs more than its limit then runs at half its speed at worst, rather than not at all.
    package static var limitAssistShare: Double { 0.5 }

    /// Nanoseconds that assists may take ahead of that share: some thirty assists, a burst too short to be noticed.
    package static var limitAssistAdvanceNanoseconds: Int64 { 10_000_000 }

    /// Nanoseconds after which all time spent is forgotten, so that a machine suspended in the middle of an assist does
    /// not prevent later ones.
    package static var limitAssistPeriodNanoseconds: Int64 { 1_000_000_000 }

    /// The number of calls that may be refused in a row while a range with locked pages is released in pieces: enough
    /// to find one page in a chunk several times over, and few if all of it is locked.
    package static var splitAttempts: Int { 32 }

    /// Bytes that a forced release gives back between two looks for a waiting fork.
    package static var forcedPieceBytes: ByteCount { ByteCount(1 << 20) }

    /// The number of trace records kept for readers in the process. The worker ends at most ten generations in a
    /// second, and a forced release writes two records: 16 let a reader look once a second. Must equal the number of
    /// elements of the array.
    package static var traceRecordLimit: Int { 16 }

    /// Bytes above the goal beyond which a quantum is ``farQuantumBytes``: then a quantum is at most a 64th of the
    /// distance.
    package static var farGoalBytes: ByteCount { ByteCount(16 << 20) }

    /// Bytes of a quantum if the goal is far: a quarter as many looks at the thread's CPU clock (some 400 ns each).
    package static var farQuantumBytes: ByteCount { ByteCount(256 << 10) }

    /// Bytes above the goal beyond which a quantum is ``veryFarQuantumBytes``: then at most a 256th of the distance.
    package static var veryFarGoalBytes: ByteCount { ByteCount(256 << 20) }

    /// Bytes of a quantum if the goal is very far. No more, because a fork or a forced release waits for one quantum.
    package static var veryFarQuantumBytes: ByteCount { ByteCount(1 << 20) }

    // MARK: The moving average

    /// The most nanoseconds of work that count per wake-up: a longer stretch was preempted or suspended, and would ask
    /// for an arbitrarily long sleep.
    package static var criticalLimitNanoseconds: Double { 1e7 }

    /// The lowest share of a round that enters the average: after sleeps that last far too long, the next ones would
    /// otherwise become shorter and shorter.
    package static var averageFloor: Double { 0.001 }

    /// The weight of the latest round in the average, against all rounds before it.
    package static var averageWeight: Double { 0.5 }

    // MARK: Samples

    /// The mean distance of two sampled allocations in bytes if a profile is wanted and no distance is set: 512 KiB, what
    /// profilers of other allocators use. A program that allocates a gigabyte a second has 2,000 samples in a second then.
    package static var sampleBytes: UInt64 { 512 << 10 }

    /// The largest mean distance in bytes: 1 TiB, with which hardly anything is sampled. The logarithm of the least random
    /// number is 37, so no distance overflows.
    package static var sampleBytesLimit: UInt64 { 1 << 40 }

    /// The most sampled blocks that can live at a time: of the default distance, those of 32 GiB. Together they take 2.5
    /// MiB; memory is taken as they come.
    package static var sampleLimit: Int { 1 << 16 }

    /// The most bytes for different call stacks: 8 MiB, some 40,000 of them.
    package static var sampleStackBytes: ByteCount { ByteCount(8 << 20) }

    /// The most frames of a call stack that are kept, the innermost ones. Must equal the literal where they are
    /// collected.
    package static var sampleFrames: Int { 32 }

    // MARK: Hardening level 2

    /// The places of the quarantine for small blocks of up to ``quarantineSmallBytes``: 2 MiB of blocks at most. A block stays,
    /// on average, until that many more blocks have been freed.
    package static var quarantineSmallBlocks: Int { 1024 }

    /// The largest of these blocks, in bytes.
    package static var quarantineSmallBytes: ByteCount { 2048 }

    /// The places for larger small blocks: 2 MiB of blocks at most.
    package static var quarantineMediumBlocks: Int { 32 }

    /// The places for large blocks. They have no memory meanwhile, but address space.
    package static var quarantineLargeBlocks: Int { 32 }

    /// The largest block that goes into the quarantine, in bytes: 1 MiB, so that 32 MiB of address space are the most.
    package static var quarantineLargeBytes: ByteCount { ByteCount(1 << 20) }

    /// The pages for guarded blocks: at most half a megabyte at work, and a search through all of them is short.
    package static var guardedBlocks: Int { 128 }

    /// The mean number of requests from one guarded block to the next. Its system calls and call stack cost some microseconds,
    /// which is little beside a thousand requests at this level.
    package static var guardInterval: UInt64 { 1000 }

    /// The largest mean number of requests, a thousand million: then hardly any block is guarded.
    package static var guardIntervalLimit: UInt64 { 1_000_000_000 }

    // MARK: Arenas

    /// The pages of an arena's first run: 64 KiB, little beside what a heap starts with.
    package static var arenaFirstRunPages: Int { 8 }

    /// How often the size of the next run doubles: up to 2 MiB, so that a large arena has few runs and a small one
    /// wastes little.
    package static var arenaRunDoublings: Int { 5 }
}
