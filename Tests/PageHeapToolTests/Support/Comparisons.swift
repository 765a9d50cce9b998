import Foundation
import SystemPackage

@testable import PageHeapTool

extension CompareRun {
    /// A run with a known curve, in mebibytes.
    static func make(
        round: Int = 1, seconds: Double = 10, code: Int32 = 0, signal: Int32? = nil, peak: UInt64? = 100,
        curve: [(Double, Double)] = [(0, 10), (1, 100), (5, 20)], stranger: LibraryCensus.Stranger? = nil
    ) -> CompareRun {
        CompareRun(
            round: round, exitCode: code, signal: signal, wallSeconds: seconds, cpuSeconds: 2, userCPUSeconds: 1.5,
            systemCPUSeconds: 0.5, minorPageFaults: 1000, majorPageFaults: 1,
            peakResidentBytes: peak.map { ByteCount($0 << 20) },
            meanResidentBytes: ByteCount(50 << 20), residentByteSeconds: 1e9, lastDrop: nil,
            residentAfter1SecondBytes: nil, residentAfter5SecondsBytes: nil, residentAfter10SecondsBytes: nil,
            largestProcessWithoutLibrary: stranger,
            curve: .make(curve, end: seconds))
    }
}

extension ResidentCurve {
    /// A curve from times and mebibytes.
    static func make(_ points: [(Double, Double)], end: Double) -> ResidentCurve {
        ResidentCurve(points: points.map { ChartPoint(seconds: $0.0, bytes: $0.1 * 1_048_576) }, end: end)
    }
}

extension CompareResult {
    /// A comparison of allocators with known runs; the one called glibc is the system's.
    static func make(
        _ allocators: [(String, [CompareRun])], command: [String] = ["program"], rounds: Int = 3,
        notFound: [String] = [], stopped: String? = nil
    ) -> CompareResult {
        let compared = allocators.map { name, _ in
            ComparedAllocator(
                name: name, library: name == ComparedAllocator.systemName ? nil : .make(FilePath("/lib/\(name).so")),
                isPageHeap: name == ComparedAllocator.pageHeapName)
        }
        return CompareResult(
            selection: AllocatorSelection(allocators: compared, notFound: notFound), runs: allocators.map(\.1),
            command: command, startedAt: Date(timeIntervalSince1970: 0), rounds: rounds, interval: 50,
            stopped: stopped, version: "1.2.3")
    }
}

extension PreloadLibrary {
    /// A library that is not there.
    static func make(_ path: FilePath) -> PreloadLibrary {
        PreloadLibrary(path: path, header: .sample())
    }
}

extension ELFHeader {
    static func sample(machine: UInt16 = 62) -> ELFHeader {
        let image = ELFImage.make(machine: machine, shared: true)
        guard let header = ELFHeader(reading: { offset, count in Array(image.dropFirst(Int(offset)).prefix(count)) })
        else { preconditionFailure("the sample is no ELF header") }
        return header
    }
}
