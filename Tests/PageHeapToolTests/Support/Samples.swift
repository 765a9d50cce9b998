import CPageHeapInterface

@testable import PageHeapTool

extension MemorySample {
    /// A sample in mebibytes.
    static func make(_ seconds: Double, _ resident: UInt64, inUse: UInt64 = 0, goal: UInt64? = nil) -> MemorySample {
        MemorySample(
            seconds: seconds, residentBytes: ByteCount(resident << 20), inUseBytes: ByteCount(inUse << 20),
            retainedBytes: ByteCount(inUse << 20), goalBytes: goal.map { ByteCount($0 << 20) },
            use: ProcessUse(cpuSeconds: seconds / 2, minorFaults: UInt64(seconds * 100), majorFaults: 0),
            scavengerCPUSeconds: seconds / 100)
    }
}

extension ProcessCurves {
    /// Two processes that have a quarter and three quarters of the memory; the first one not in the last sample.
    static func make(_ samples: [MemorySample], name: String = "child") -> ProcessCurves {
        func curve(_ name: String, _ process: Int32, _ quarters: UInt64, ends: Bool) -> ProcessCurve {
            let values: [ByteCount?] = samples.indices.map { index in
                ends && index == samples.count - 1
                    ? nil : ByteCount(samples[index].residentBytes.rawValue / 4 * quarters)
            }
            return ProcessCurve(
                name: name, processIdentifier: process, programs: 1, firstSeconds: 0, lastSeconds: 9,
                peakResidentBytes: values.compactMap { $0 }.max() ?? .zero, peakInUseBytes: nil, cpuSeconds: 1,
                minorPageFaults: 7, majorPageFaults: 0, residentBytes: values, inUseBytes: values.map { _ in nil })
        }
        return ProcessCurves(
            seconds: samples.map(\.seconds),
            processes: [curve("program", 100, 3, ends: false), curve(name, 101, 1, ends: true)])
    }
}

extension RunResult {
    /// A run with known figures.
    static func make(
        command: [String] = ["program"], samples: [MemorySample], wallSeconds: Double = 10, published: Bool = true
    ) -> RunResult {
        RunResult(
            pageheapVersion: "1.2.3", command: command, settings: [], startedAt: "2026-01-02T03:04:05Z", exitCode: 0,
            signal: nil,
            wallSeconds: wallSeconds, cpuSeconds: 5, userCPUSeconds: 4, systemCPUSeconds: 1, processors: 2,
            scavengerPeakMinuteCPUSeconds: 0.04, minorPageFaults: 1234, majorPageFaults: 0, processes: 1,
            publishingProcesses: published ? 1 : 0, processesLeftRunning: 0, heapFiguresPublished: published,
            processesWithoutLibrary: 0, largestProcessWithoutLibrary: nil, peakResidentWithoutLibraryBytes: .zero,
            heapPeakRetainedBytes: published ? ByteCount(80 << 20) : .zero,
            heapPeakReturnedBytes: published ? ByteCount(60 << 20) : .zero, notes: [],
            peakResidentBytes: samples.map(\.residentBytes).max(), peakResidentSource: samples.isEmpty ? nil : .samples,
            meanResidentBytes: ByteCount(50 << 20), finalResidentBytes: samples.last?.residentBytes,
            residentByteSeconds: 1e9, heap: heap, heapLockHoldP999Nanoseconds: 2048, intervalMilliseconds: 100,
            samplesTaken: samples.count, samplesMerged: 1, samples: samples, processHistory: .make(samples))
    }

    private static var heap: HeapFigures {
        var heap = HeapFigures()
        heap[\.in_use_bytes] = 4 << 20
        heap[\.live_bytes] = 3 << 20
        heap[\.free_retained_bytes] = 1 << 20
        heap[\.returned_bytes_total] = 85 << 20
        heap[\.released_background_bytes_total] = 90 << 20
        heap[\.reused_within_10_seconds_bytes_total] = 9 << 20
        heap[\.release_calls_total] = 42
        heap[\.worker_cpu_nanoseconds_total] = 50_000_000
        heap[\.worker_wake_ups_total] = 12
        return heap
    }
}
