import CPageHeapClock
import Glibc
import PageHeapTrace
import SystemPackage

/// Chooses the clock of a recording, and measures it.
enum RecordingClock {
    /// The clock that the kernel uses itself.
    private static let kernelsClock: FilePath =
        "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    /// How long the processor's counter is measured. The clocks are read within some hundred nanoseconds of each other.
    private static let measuredMicroseconds: UInt32 = 20_000

    /// Returns the header of a trace that begins now.
    ///
    /// The processor's counter is used only if the kernel trusts it: otherwise it may differ between processors, or stop.
    static func headerOfNewTrace() -> [UInt8] {
        let startedAt = nanoseconds(CLOCK_REALTIME)
        guard FileReading.text(of: kernelsClock) == "tsc\n",
            let rate = cyclesPerSecond()
        else {
            return TraceHeader.ofRecording(.system, firstTick: nanoseconds(CLOCK_MONOTONIC), startedAt: startedAt)
        }
        return TraceHeader.ofRecording(
            .processor(cyclesPerSecond: rate), firstTick: pageheap_clock_cycles(),
            startedAt: nanoseconds(CLOCK_REALTIME))
    }

    /// Measures the counter's rate. Returns nil if it does not count.
    private static func cyclesPerSecond() -> UInt64? {
        let (firstTime, firstCycles) = (nanoseconds(CLOCK_MONOTONIC), pageheap_clock_cycles())
        usleep(measuredMicroseconds)
        let (lastTime, lastCycles) = (nanoseconds(CLOCK_MONOTONIC), pageheap_clock_cycles())
        guard lastTime > firstTime, lastCycles > firstCycles else { return nil }
        let rate = Double(lastCycles - firstCycles) / Double(lastTime - firstTime) * 1e9
        return rate >= 1 && rate < 1e18 ? UInt64(rate) : nil
    }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
