/// The problems found in a file of golden cases, each with file, line and field, and what was expected and computed.
struct VectorReport {
    /// More differences than this in a file say nothing new.
    static let limit = 20

    private let file: String
    /// The line that is being checked, from 1.
    var line = 0
    private(set) var problems: [String] = []
    /// Lines that reach beyond this build's address space.
    private(set) var leftOut = 0

    init(file: String) { self.file = file }

    /// Compares what a case says with what was computed.
    ///
    /// - Throws: ``TooManyDifferences`` at the limit.
    mutating func check<Value: Equatable>(_ field: @autoclosure () -> String, _ expected: Value, _ got: Value) throws {
        if expected == got { return }
        note("\(field()): expected \(expected), got \(got)")
        if problems.count >= Self.limit { throw TooManyDifferences() }
    }

    /// Notes a problem of the current line; before the first line, of the whole file.
    mutating func note(_ text: String) { problems.append(line == 0 ? "\(file): \(text)" : "\(file):\(line): \(text)") }

    /// Notes that the current line reaches beyond this build's address space. No line reaches beyond the original's.
    mutating func leaveOutLine() {
        leftOut += 1
        if GoldenSpace.isOriginal { note("is left out") }
    }

    /// Ends the check of a file.
    struct TooManyDifferences: Error {}
}
