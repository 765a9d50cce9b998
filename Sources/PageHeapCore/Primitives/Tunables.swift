/// Every number that could have been another one: unit, default, reason. (Sizes that the whole structure is built on are
/// in ``PageGeometry``.)
package enum Tunables {
    // MARK: Growth

    /// Bytes of address space that a heap of pages reserves at a time; halved while the system refuses. 1 TiB, because
    /// space that is only chosen costs nothing, and several heaps should find room beside each other.
    package static var reservationBytes: ByteCount { ByteCount(1 << 40) }

    /// The same for the malloc: 32 TiB, as much as the records of 2^32 spans reach. One base makes the page map flat.
    package static var mallocReservationBytes: ByteCount { ByteCount(32 << 40) }

    /// Bytes that a malloc maps first. 1 MiB: most processes are small, and some may lock no more than 8 MiB.
    package static var mallocFirstBytes: ByteCount { ByteCount(1 << 20) }

    /// Reservations a heap may hold: one, and more only where something else lies in its way, or address space is limited.
    package static var reservationLimit: Int { 8 }

    /// The most bytes mapped at a time, ahead of use. 64 MiB: few system calls, and untouched pages are free.
    package static var accessibleStepBytes: ByteCount { ByteCount(64 << 20) }

    /// The share of what a heap has grown to that is mapped ahead, one in so many parts: what counts address space counts
    /// little more than is used.
    package static var accessibleStepShare: UInt { 8 }

    /// Bytes that a heap retains before it grows on huge pages, where it is told to. 256 MiB: below, the faults that are
    /// saved are few, and what is freed of a huge page costs more to give back in pieces (80 ms a GiB to part them).
    package static var hugePageHeapBytes: ByteCount { ByteCount(256 << 20) }

    /// Chunks that are closed to huge pages together, at least: 64 MiB. What is closed and what is not are different mappings.
    package static var hugePageRegionChunks: UInt { 16 }

    /// Regions that a heap on huge pages consists of, if they would be more than that at the least size: twice as many
    /// mappings at most, of the 65,530 that a process may have.
    package static var hugePageRegionsPerHeap: UInt { 64 }

    /// Metadata is made accessible in steps of so many bytes. Small: what is not touched costs
    /// nothing, and a larger step would only blur the books.
    package static var metadataStepBytes: ByteCount { ByteCount(16 << 10) }

    /// Bytes of address space that the metadata arena reserves at a time; halved while the system refuses. 16 MiB hold the
    /// caches of about 400 threads.
    package static var metadataReservationBytes: ByteCount { ByteCount(16 << 20) }

    /// Bytes of the arena in which the books of a heap begin, mapped as one: all of a small heap's, most of it never touched.
    package static var heapArenaBytes: ByteCount { ByteCount(320 << 10) }

    /// Ranges of address space whose list lies in the heap's arena: most heaps have one.
    package static var addressRangesInArena: Int { 32 }

    /// Ranges of address space that a heap may consist of. Reserved, not committed: 64 Ki ranges are 1 MiB.
    package static var addressRangeLimit: Int { 1 << 16 }

    /// Chunks that a request for aligned pages looks at, one after the other, for the lowest aligned place in a run that is
    /// just long enough: some ten microseconds. Then a run that is long enough for any alignment serves, found at once.
    package static var alignedSearchChunks: UInt { 96 }

    // MARK: Page cache

    /// Requests below so many pages may be served from a page cache: a quarter of its 64.
    package static var pageCacheRequestLimit: PageCount { 16 }

    /// Page caches of a malloc heap, shared by the size classes. More than a few would hide free pages.
    package static var pageCacheShards: Int { 4 }

    // MARK: Thread caches

    /// Bytes of blocks that a class's stack may hold: with 72 classes a cache stays within about a megabyte even if a
    /// thread uses all of them, which none does.
    package static var cacheBytesPerClass: UInt { 16 << 10 }

    /// The same for a class whose stack was found empty again and again.
    package static var grownCacheBytesPerClass: UInt { 64 << 10 }

    /// The same in blocks, for blocks so large that few of them fit those bytes.
    package static var grownCacheBlockMinimum: UInt { 8 }

    /// Bytes by which all stacks of a thread may grow in this way.
    package static var cacheGrowthBytes: UInt { 2 << 20 }

    /// Threads whose stacks may grow so far; those that come later by less, the more there are.
    package static var fullGrowthCaches: UInt { 8 }

    /// Threads whose caches are of full size. Of those that come later, the more there are the smaller each is made, so
    /// that all together stay bounded: hundreds of threads seldom work at once.
    package static var fullSizeCaches: UInt { 32 }

    /// Blocks that a class's stack may hold: what fits its 1,024 bytes beside the two counts.
    package static var cacheBlockLimit: UInt { 127 }

    /// The least that a class's stack may hold, whatever the block's size.
    package static var cacheBlockMinimum: UInt { 2 }

    /// Bytes of blocks of a class that may be on their way between threads' caches.
    package static var transferBytesPerClass: UInt { 64 << 10 }

    // MARK: Large blocks

    /// Bytes of a zeroed request from which on dirty pages are given back rather than cleared. Below, writing zeros is
    /// cheaper than the faults that follow; above, a table that is used here and there should cost what is used.
    package static var zeroByReleaseBytes: ByteCount { ByteCount(1 << 20) }

    /// Bytes of a block from which on it is moved by its page tables when it has to grow elsewhere. A system call costs as
    /// much as copying some hundred KiB.
    package static var moveBytes: ByteCount { ByteCount(1 << 20) }

    /// The unit in which page tables move as a whole; blocks of that size are aligned to it when they move. 2 MiB, the bytes
    /// of one page table of 4 KiB pages.
    package static var movePageTableBytes: ByteCount { ByteCount(2 << 20) }

    /// Blocks that have been moved so and live: each may be a mapping of its own until it is freed, and a process may have
    /// 65,530 of them.
    package static var movedBlockLimit: UInt { 1024 }

    /// Bytes copied at a time where a block cannot be moved: what was copied is given back before more is.
    package static var copyPieceBytes: ByteCount { ByteCount(2 << 20) }

    /// Bytes of a request up to which the system is not asked how much it could give at the most. Every machine has a GiB, or
    /// refuses it by itself; asking takes some microseconds.
    package static var uncheckedRequestBytes: ByteCount { ByteCount(1 << 30) }

    /// Pages of the largest blocks that may wait for re-use when they are freed: 256 KiB. Larger ones are rare enough.
    package static var largeCachePages: PageCount { 32 }

    /// Freed blocks of one number of pages that may wait.
    package static var largeCacheBlocks: UInt8 { 8 }

    /// Bytes of all of them: little beside what a program that uses such blocks has.
    package static var largeCacheBytes: ByteCount { ByteCount(2 << 20) }

    // MARK: Scavenger

    /// Retained on top of the estimated need, in percent. Ten spares page faults on small swings.
    package static var retainExtraPercent: UInt { 10 }

    /// The share of a memory limit that the scavenger keeps to, between 0 and 1. Five percent below the limit are room
    /// for what is allocated until it has caught up. (A share, not a percentage: an early version of the original
    /// multiplied by 95, and its goal was never unmet.)
    package static var limitShare: Double { 0.95 }

    /// The most that may be retained on top, in percent: as much again as is needed.
    package static var retainExtraPercentLimit: UInt { 100 }

    /// The share of the machine's CPU time that the background scavenger aims for.
    package static var scavengeShare: Double { 0.01 }

    /// One in 256 acquisitions of the heap lock is timed: two looks at the clock cost more than half an allocation. One
    /// less than a power of two.
    package static var holdSampleMask: UInt32 { 255 }

    /// What the worker's share may come to over any ten seconds, as a multiple of the one it aims for. The controller
    /// overshoots by a fifth on one or two processors; a tenth leaves it room and keeps the promise.
    package static var shareTolerance: Double { 1.1 }

    /// The least and the most that may be asked for instead. A thousandth, because the pacer's ratio of work to sleep goes
    /// no lower; 1, because there is no more.
    package static var scavengeShareMinimum: Double { 0.001 }
    package static var scavengeShareLimit: Double { 1 }

    /// Bytes released between two looks at the clock and at the goal.
    package static var scavengeQuantumBytes: ByteCount { ByteCount(64 << 10) }

    /// Nanoseconds of work that are worth a sleep: shorter ones would be mostly timer.
    package static var minimumWorkNanoseconds: Double { 1e6 }

    /// Nanoseconds assumed for a physical page where the clock was too coarse to see any.
    package static var assumedPageNanoseconds: Int64 { 10_000 }

    /// What re-use of a released page costs beyond the release, as a share of the release, where the system wants to be
    /// told of it. The Go runtime's figure for Darwin.
    package static var darwinReuseCostRatio: Double { 0.7 }

    /// The ratio of work to sleep that the pacer begins with, and falls back to: 0.1 %.
    package static var startSleepRatio: Double { 0.001 }

    /// Nanoseconds for which the pacer keeps the fall-back ratio after its numbers ran away.
    package static var cooldownNanoseconds: Int64 { 5_000_000_000 }

    /// A generation's search space is handed out in so many reservations.
    package static var reservationsPerGeneration: UInt { 64 }

    /// Nanoseconds of a demand cycle.
    package static var cycleNanoseconds: Int64 { 1_000_000_000 }

    /// Cycles that a spike of demand is remembered. The one that it falls in: memory begins to go one to two seconds
    /// after it is freed. Two would make that up to three.
    package static var spikeCycles: Int { 1 }

    /// Cycles within which memory that is needed again is kept rather than released: ten seconds, and one for the cycle
    /// that has begun. To fault a page in again costs three to five times its release.
    package static var horizonCycles: Int { 11 }

    /// The mean difference between a period and the one before it is less than one in so many parts of their variation. A
    /// quarter bears a period that is no whole number of cycles, and finds none in noise.
    package static var periodVariationShare: Int { 4 }

    /// A rise is missed where demand is more than one in so many parts of the swing below what was due. An eighth bears
    /// load of which every period is a little different.
    package static var missedRiseShare: UInt { 8 }

    /// Bytes that a heap retains beyond its need, and beyond what the last worker could not give back, at which a worker
    /// starts. Less is not worth a thread; a program that never drops so much never has one.
    package static var workerStartExcess: ByteCount { ByteCount(4 << 20) }

    /// Nanoseconds for which the malloc's worker waits for something to do before it ends. Two seconds: a program that drops
    /// memory again and again keeps one worker, and others are soon what they were, programs without it.
    package static var workerIdleNanoseconds: Int64 { 2_000_000_000 }

    /// Nanoseconds until a thread is asked for again after the system has refused one, and how often that time doubles: up
    /// to 102 seconds. A limit on threads that has been met is seldom lifted.
    package static var workerRetryNanoseconds: Int64 { 100_000_000 }
    package static var workerRetryDoublings: UInt32 { 10 }

    /// Pauses of the processor for which a thread that wants the worker gone waits for one that is starting it: some
    /// milliseconds, a hundred times what that takes.
    package static var holdOffPauses: Int { 100_000 }

    /// Nanoseconds after a fork before the worker starts again: a program that looks how many threads it has does so at
    /// once.
    package static var workerForkDelayNanoseconds: Int64 { 20_000_000 }

    /// Nanoseconds between two readings of the process's processor quota, while a worker is there. It may be changed at
    /// any time, and seldom is.
    package static var quotaNanoseconds: Int64 { 10_000_000_000 }

    // MARK: Release in callers

    /// Bytes that one call of the program's releases where there is no worker: a tenth of a millisecond, about.
    package static var callerReleaseBytes: ByteCount { ByteCount(1 << 20) }

    /// Nanoseconds between two such calls: what the coarse clock can tell apart.
    package static var callerLookNanoseconds: Int64 { 4_000_000 }

    /// Bytes that callers release a second of one processor's time: a CPU second gives back 10 GiB, in the small pieces
    /// that are usual. The share of it that may be used is the worker's.
    package static var callerBytesPerSecond: Double { 10 * 1024 * 1024 * 1024 }

    /// Nanoseconds for which an allowance that is not used adds up.
    package static var callerAllowanceNanoseconds: Int64 { 10_000_000_000 }

    /// Freed bytes that wake a parked worker: less is not worth a wake-up.
    package static var wakeBytes: ByteCount { ByteCount(256 << 10) }

    /// The most that an allocation releases itself, where it grows the heap or meets a memory limit, to stay within half a
    /// millisecond.
    package static var growthAssistBytes: ByteCount { ByteCount(1 << 20) }

    /// Chunks that an allocation which grows the heap looks at for that: 4 GiB of heap, some 20 µs where there is
    /// nothing.
    package static var assistChunkLimit: UInt { 1024 }

    /// Records of spans that one look for holes goes through: half a millisecond where each span has to be searched, a
    /// tenth of that as a rule. Whoever waits for the pass lock waits so long.
    package static var holeRecordsPerCall: Int { 256 }

    /// The share of wall time that all allocations together may spend on keeping to a memory limit, between 0 and 1. Half:
    /// a program that needs more than its limit gets on at half its speed at worst, rather than not at all.
    package static var limitAssistShare: Double { 0.5 }

    /// Nanoseconds that assists may take ahead of that share: some thirty of them, a burst that ends before it is noticed.
    package static var limitAssistAdvanceNanoseconds: Int64 { 10_000_000 }

    /// Nanoseconds after which all that was spent is forgotten: what a stop of the machine in the middle of an assist
    /// seems to have cost keeps assists away no longer.
    package static var limitAssistPeriodNanoseconds: Int64 { 1_000_000_000 }

    /// Calls that may be refused in a row while a range with locked pages is given back in pieces: enough to find one page
    /// in a chunk several times over, and little if all of it is locked.
    package static var splitAttempts: Int { 32 }

    /// Bytes that a forced release gives back between two looks for a waiting fork.
    package static var forcedPieceBytes: ByteCount { ByteCount(1 << 20) }

    /// Records of the trace that wait for readers in the process. Generations end once a second at most, and a forced
    /// release writes two: 16 let a reader look every few seconds. The same number as that of the array's elements.
    package static var traceRecordLimit: Int { 16 }

    /// Bytes above the goal beyond which a quantum is ``farQuantumBytes``: a quantum is then at most a 64th of the way.
    package static var farGoalBytes: ByteCount { ByteCount(16 << 20) }

    /// Bytes of a quantum where the goal is far: a look at the thread's CPU clock (some 400 ns) a fourth as often.
    package static var farQuantumBytes: ByteCount { ByteCount(256 << 10) }

    /// Bytes above the goal beyond which a quantum is ``veryFarQuantumBytes``: at most a 256th of the way.
    package static var veryFarGoalBytes: ByteCount { ByteCount(256 << 20) }

    /// Bytes of a quantum where the goal is very far. No more, because a fork or a forced release waits for one.
    package static var veryFarQuantumBytes: ByteCount { ByteCount(1 << 20) }

    // MARK: The older pacer

    /// The most nanoseconds of one wake's work that count: a longer one was preempted or suspended, and would ask for a
    /// sleep of any length.
    package static var criticalLimitNanoseconds: Double { 1e7 }

    /// The least share of a round that enters the average: sleeps that last far too long would make the next ones
    /// shorter and shorter.
    package static var averageFloor: Double { 0.001 }

    /// The weight of the latest round in the average, against all before it.
    package static var averageWeight: Double { 0.5 }

    // MARK: Arenas

    /// The pages of an arena's first run: 64 KiB, little beside what a heap starts with.
    package static var arenaFirstRunPages: Int { 8 }

    /// How often a next run is twice as large: up to 2 MiB, so that a large arena is a few runs and a small one wastes
    /// little.
    package static var arenaRunDoublings: Int { 5 }
}
