/// The header of a trace.
public enum TraceHeader {
    /// Returns the header of a new trace, which is all that a program's recorder needs of the file.
    ///
    /// - Parameters:
    ///   - clock: what a tick is.
    ///   - ticksPerSecond: how many there are.
    ///   - firstTick: the one at which the recording began.
    ///   - startedAt: the time then, in nanoseconds since 1970, UTC.
    static func bytes(clock: UInt32, ticksPerSecond: UInt64, firstTick: UInt64, startedAt: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: TraceFormat.headerBytes)
        func put(_ number: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        put(TraceFormat.magic, at: 0)
        put(TraceFormat.version, at: TraceFormat.versionOffset)
        put(UInt32(TraceFormat.headerBytes), at: TraceFormat.headerBytesOffset)
        put(clock, at: TraceFormat.clockOffset)
        put(ticksPerSecond, at: TraceFormat.ticksPerSecondOffset)
        put(firstTick, at: TraceFormat.firstTickOffset)
        put(startedAt, at: TraceFormat.startOffset)
        let checksum = bytes.withUnsafeBytes {
            TraceChecksum.of(UnsafeRawBufferPointer(rebasing: $0[..<TraceFormat.headerChecksumOffset]))
        }
        put(checksum, at: TraceFormat.headerChecksumOffset)
        put(UInt64(TraceFormat.headerBytes), at: TraceFormat.claimedEndOffset)
        return bytes
    }

    /// What a recorder takes times from.
    public enum Clock: Hashable, Sendable {
        /// The processor's time-stamp counter. It has to run at one speed, and alike on all processors.
        case processor(cyclesPerSecond: UInt64)
        /// The system's monotonic clock, which takes longer to read.
        case system
    }

    /// Returns the header of a trace that recorders write.
    ///
    /// - Parameters:
    ///   - clock: the clock to take times from.
    ///   - firstTick: what it shows at the beginning of the recording: cycles, or nanoseconds.
    ///   - startedAt: the time then, in nanoseconds since 1970, UTC.
    public static func ofRecording(_ clock: Clock, firstTick: UInt64, startedAt: UInt64) -> [UInt8] {
        switch clock {
        case .processor(let cyclesPerSecond):
            bytes(
                clock: TraceFormat.processorClock, ticksPerSecond: cyclesPerSecond, firstTick: firstTick,
                startedAt: startedAt)
        case .system:
            bytes(
                clock: TraceFormat.systemClock, ticksPerSecond: 1_000_000_000, firstTick: firstTick,
                startedAt: startedAt)
        }
    }
}
