/// What a live view shows: a process, or all processes of a run.
protocol TopSource: ~Copyable {
    /// Seconds between two looks.
    var interval: Double { get }
    /// The time since the first look could be taken.
    var seconds: Double { get }
    /// The last reading; nil before the first.
    var reading: TopReading? { get }
    /// The curve.
    var points: [TerminalCurve.Point] { get }
    /// Whether there is nothing more to show, which is looked at several times a second.
    var isOver: Bool { get }
    /// What the keys do that end something.
    var endingKeys: String { get }

    /// Takes a reading.
    ///
    /// - Throws: why there is nothing to look at any more.
    mutating func look() throws(ToolError)

    /// Asks for all free memory to be given back. Returns what came of it.
    borrowing func release() -> String
}
