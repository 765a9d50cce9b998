import Foundation

/// The reason why the program ends without a result: one line, and the exit status.
struct BenchmarkFailure: Error {
    let message: String
    let status: Int32

    /// A wrong command line (the status is that of `sysexits.h`).
    static func usage(_ message: String) -> BenchmarkFailure {
        BenchmarkFailure(message: "\(message); see --help", status: 64)
    }

    static var noMemory: BenchmarkFailure {
        BenchmarkFailure(message: "the system refuses address space for metadata", status: 1)
    }

    /// The allocator did something wrong while the heap was set up.
    static func wrongSetup(_ message: String) -> BenchmarkFailure { BenchmarkFailure(message: message, status: 1) }

    static func cannotWrite(_ path: String, _ reason: any Error) -> BenchmarkFailure {
        BenchmarkFailure(message: "cannot write \(path): \(reason.localizedDescription)", status: 73)
    }
}
