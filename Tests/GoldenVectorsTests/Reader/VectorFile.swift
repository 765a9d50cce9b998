import Foundation

/// A file of golden cases: one JSON value per line, plain or compressed.
struct VectorFile {
    /// The name without the folder, and without the ending of a compressed file.
    let name: String
    private let url: URL

    init(name: String, url: URL) {
        self.name = name
        self.url = url
    }

    /// Checks each line.
    ///
    /// - Parameters:
    ///   - body: compares a line's case with what is computed, and reports.
    ///   - finish: is called after the last line, to check the file as a whole.
    /// - Returns: the problems. Damage ends the check of the file.
    func problems(
        _ body: (VectorValue, inout VectorReport) throws -> Void,
        finish: (inout VectorReport) throws -> Void = { _ in }
    ) -> [String] { check(body, finish: finish).problems }

    /// Checks each line in the same way, and returns the whole report.
    func check(
        _ body: (VectorValue, inout VectorReport) throws -> Void,
        finish: (inout VectorReport) throws -> Void = { _ in }
    ) -> VectorReport {
        var report = VectorReport(file: name)
        do {
            let content = try content()
            for line in Self.lines(of: content) {
                report.line += 1
                do { try body(try Self.parse(content[line]), &report) } catch is GoldenSpace.Beyond {
                    report.leaveOutLine()
                }
            }
            if report.line == 0 { throw VectorDamage("the file is empty") }
            try finish(&report)
        } catch is VectorReport.TooManyDifferences {
            report.note("stopped here after \(VectorReport.limit) differences")
        } catch {
            report.note("damaged: \(error)")
        }
        return report
    }

    private static func parse(_ line: Data) throws -> VectorValue {
        do {
            return VectorValue(try JSONSerialization.jsonObject(with: line), field: "")
        } catch {
            throw VectorDamage("the line is not a JSON object or array")
        }
    }

    /// The ranges of the lines, empty ones included.
    private static func lines(of content: Data) -> [Range<Int>] {
        content.withUnsafeBytes { bytes -> [Range<Int>] in
            guard let base = bytes.baseAddress else { return [] }
            var lines: [Range<Int>] = []
            var start = 0
            while start < bytes.count {
                let found = memchr(base + start, 10, bytes.count - start)
                let end = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
                lines.append(start..<end)
                start = end + 1
            }
            return lines
        }
    }

    private func content() throws -> Data {
        guard url.pathExtension == "gz" else {
            guard let data = FileManager.default.contents(atPath: url.path) else {
                throw VectorDamage("the file cannot be read")
            }
            return data
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", url.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw VectorDamage("gzip cannot be run: \(error)") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw VectorDamage("gzip -dc ended with status \(process.terminationStatus)")
        }
        return data
    }
}
