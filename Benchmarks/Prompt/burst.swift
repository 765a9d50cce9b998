// A burst of about 900 MB of objects, arrays, strings and dictionaries. Nineteen in twenty go at random, then all. It announces
// its phases as phases.h says. Run it with SWIFT_DETERMINISTIC_HASHING=1, so that each run does the same work.
import Glibc

/// Random numbers with a fixed seed: SplitMix64.
struct Numbers: RandomNumberGenerator {
    var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

final class Record {
    let name: String
    let values: [Int]
    let fields: [Int: String]

    init(_ number: Int, _ numbers: inout Numbers) {
        name = String(repeating: "record \(number) ", count: Int.random(in: 2...8, using: &numbers))
        values = [Int](repeating: number, count: Int.random(in: 4...64, using: &numbers))
        var fields: [Int: String] = [:]
        for key in 0..<Int.random(in: 1...6, using: &numbers) {
            fields[key] = "the value of field \(key) of \(number)"
        }
        self.fields = fields
    }
}

func phase(_ name: String) {
    let line = name + "\n"
    guard write(1, line, line.utf8.count) == line.utf8.count, readLine() != nil else { exit(3) }
}

var numbers = Numbers()
phase("base")
var records: [Record?] = (0..<940_000).map { Record($0, &numbers) }
phase("peak")
for index in records.indices where Int.random(in: 0..<20, using: &numbers) != 0 {
    records[index] = nil
}
phase("dropped")
records = []
phase("freed")
