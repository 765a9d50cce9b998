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

    /// Returns the header of a trace that recorders write, whose ticks are the processor's time-stamp counter.
    public static func ofRecording(ticksPerSecond: UInt64, firstTick: UInt64, startedAt: UInt64) -> [UInt8] {
        bytes(
            clock: TraceFormat.processorClock, ticksPerSecond: ticksPerSecond, firstTick: firstTick,
            startedAt: startedAt)
    }
}
