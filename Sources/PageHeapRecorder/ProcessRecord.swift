import CPageHeapRecorder
import Synchronization

/// What the threads of a process have in common: the lock, the numbers of threads, the records that ended threads have left.
///
/// It lies in a page that is zero again in a child after a fork. The first event of the child therefore begins a process of its own in
/// the trace, forked from this one, whichever handlers run before.
struct ProcessRecord: ~Copyable {
    private let lock: Atomic<UInt32>
    /// 1 once the process is described in the trace.
    private let isStarted: Atomic<UInt32>
    /// 1 once nothing more can be recorded.
    private let hasStopped: Atomic<UInt32>
    private var number: UInt32
    private var threadCount: UInt32
    /// Records without a thread, linked.
    private var freeRecords: UInt
    /// Memory for further records.
    private var recordSpace: UInt
    private var recordSpaceEnd: UInt

    typealias Thread = UnsafeMutablePointer<ThreadRecord>

    private static let recordBytes: UInt = 1 << 16

    private static var current: UnsafeMutablePointer<ProcessRecord> {
        pageheap_recorder_process().assumingMemoryBound(to: ProcessRecord.self)
    }

    // MARK: Whether there is anything to record to

    /// Whether events can be noted in this process.
    static var mayRecord: Bool {
        // Relaxed: a thread that sees the end of recording later finds no space.
        pageheap_recorder_may_open()
            && pageheap_recorder_open(
                UInt(TraceFormat.headerBytes), UInt(TraceFormat.clockOffset), TraceFormat.processorClock)
            && current.pointee.hasStopped.load(ordering: .relaxed) == 0
    }

    static func countLostEvent() { TracePage.add(1, at: TraceFormat.lostEventsOffset) }

    /// Ends recording in this process, for good, and says why.
    static func stop(_ error: Int32) {
        if current.pointee.hasStopped.exchange(1, ordering: .relaxed) != 0 { return }
        TracePage.noteStop(error, process: current.pointee.number)
        pageheap_recorder_say_stopped(error)
    }

    // MARK: Threads

    /// Returns a record with space for an event: the given one, or a new one. Called with signals blocked.
    static func prepare(_ record: Thread?) -> Thread? {
        guard let thread = record ?? newRecord() else {
            stop(12)  // ENOMEM
            return nil
        }
        if thread.pointee.owner == 0 { begin(thread) }
        return thread.pointee.openBlock(process: current.pointee.number) ? thread : nil
    }

    /// Ends a thread: notes that, closes its block, and leaves the rest of its space to another thread.
    static func end(_ thread: Thread) {
        thread.pointee.closeBlock()
        withLock { process in
            thread.pointee.owner = 0
            thread.pointee.next = process.pointee.freeRecords
            process.pointee.freeRecords = UInt(bitPattern: thread)
        }
    }

    private static func newRecord() -> Thread? {
        withLock { process in
            if let free = Thread(bitPattern: process.pointee.freeRecords) {
                process.pointee.freeRecords = free.pointee.next
                return free
            }
            if process.pointee.recordSpaceEnd - process.pointee.recordSpace < ThreadRecord.strideBytes {
                guard let memory = pageheap_recorder_map_wiped(recordBytes) else { return nil }
                process.pointee.recordSpace = UInt(bitPattern: memory)
                process.pointee.recordSpaceEnd = process.pointee.recordSpace + recordBytes
            }
            let record = Thread(bitPattern: process.pointee.recordSpace)
            process.pointee.recordSpace += ThreadRecord.strideBytes
            return record
        }
    }

    /// Gives the calling thread's record a number, and has its end watched.
    private static func begin(_ thread: Thread) {
        withLock { process in
            if process.pointee.isStarted.load(ordering: .relaxed) == 0 {
                process.pointee.describe(leavingSpaceTo: thread)
                process.pointee.isStarted.store(1, ordering: .relaxed)
            }
            process.pointee.threadCount += 1
            thread.pointee.owner = process.pointee.threadCount
            thread.pointee.sequence = 0
            thread.pointee.sharedEvents = 0
            pageheap_recorder_watch_thread(UnsafeMutableRawPointer(thread))
            if process.pointee.threadCount == 1 { EventTime.begin(with: thread) }
        }
    }

    /// Runs a closure under the process's lock. Signals must be blocked.
    private static func withLock<Result>(_ body: (UnsafeMutablePointer<ProcessRecord>) -> Result) -> Result {
        let process = current
        // Held for microseconds, when a thread begins or ends.
        while process.pointee.lock.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged == false {
            pageheap_recorder_yield()
        }
        let result = body(process)
        process.pointee.lock.store(0, ordering: .releasing)
        return result
    }

    // MARK: The description

    /// Writes the block that describes the process to the trace. The rest of the space is the first thread's.
    private mutating func describe(leavingSpaceTo thread: Thread) {
        number = TracePage.takeProcessNumber()
        let before = pageheap_recorder_last_process()
        pageheap_recorder_set_last_process(number &+ 1)
        let bytes: UInt = 16384
        var error: Int32 = 0
        guard let block = pageheap_recorder_claim(bytes, UInt(TraceFormat.claimedEndOffset), &error) else {
            return Self.stop(error)
        }
        BlockHeader(
            capacity: UInt32(bytes) - UInt32(TraceFormat.blockHeaderBytes), process: number,
            thread: TraceFormat.noThread, sequence: 0, kind: TraceFormat.processKind,
            baseTick: pageheap_recorder_tick(),
            baseAddress: 0
        ).store(at: block)
        let payload = block + TraceFormat.blockHeaderBytes
        // In this process's memory the executable's text has its longest length, and moves to the arguments' after that.
        let texts = payload + TraceFormat.textsOffset
        let executable = texts.assumingMemoryBound(to: CChar.self)
        let found = pageheap_recorder_describe(
            executable, UInt(TraceFormat.longestExecutable), executable + TraceFormat.longestExecutable,
            UInt(TraceFormat.longestArguments))
        (texts + Int(found.executable)).copyMemory(
            from: texts + TraceFormat.longestExecutable, byteCount: Int(found.arguments))
        // What follows a closed block must be zero.
        let end = Int(found.executable) + Int(found.arguments)
        (texts + end).initializeMemory(
            as: UInt8.self, repeating: 0, count: TraceFormat.longestExecutable + TraceFormat.longestArguments - end)
        payload.storeBytes(
            of: pageheap_recorder_process_identifier(), toByteOffset: TraceFormat.identifierOffset, as: UInt32.self)
        payload.storeBytes(
            of: pageheap_recorder_parent_identifier(), toByteOffset: TraceFormat.parentIdentifierOffset, as: UInt32.self
        )
        payload.storeBytes(of: before, toByteOffset: TraceFormat.forkedFromOffset, as: UInt32.self)
        payload.storeBytes(
            of: found.executable, toByteOffset: TraceFormat.executableLengthOffset, as: UInt32.self)
        payload.storeBytes(of: found.arguments, toByteOffset: TraceFormat.argumentsLengthOffset, as: UInt32.self)
        BlockHeader.close(
            at: block, used: TraceFormat.textsOffset + end, events: 0)
        thread.pointee.mapping = UInt(bitPattern: block)
        thread.pointee.mappingBytes = bytes
        thread.pointee.space =
            UInt(bitPattern: block) + UInt(BlockHeader.distance(payloadBytes: TraceFormat.textsOffset + end))
        thread.pointee.spaceEnd = UInt(bitPattern: block) + bytes
    }
}
