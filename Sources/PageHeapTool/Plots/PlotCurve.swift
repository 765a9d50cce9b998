/// A curve of a report's chart: values at times, nil for when there is none.
struct PlotCurve: Hashable, Sendable {
    enum Shape: String, Encodable, Sendable {
        case line, area, dashes
        /// The values are totals; what is drawn is how fast they grow.
        case rate
    }

    let label: String
    /// The CSS class of its colour.
    let colour: String
    let shape: Shape
    let seconds: [Double]
    let values: [Double?]
    /// Whether a dot marks the last value.
    var marksEnd = false

    /// The highest value; nil if there is none.
    var peak: (seconds: Double, value: Double)? {
        zip(seconds, values).compactMap { seconds, value in value.map { (seconds: seconds, value: $0) } }
            .max { $0.value < $1.value }
    }

    /// The unbroken stretches of the curve, as ranges of indices.
    var stretches: [Range<Int>] {
        var stretches: [Range<Int>] = []
        var start: Int?
        for index in values.indices {
            if values[index] == nil, let begun = start {
                stretches.append(begun..<index)
                start = nil
            } else if values[index] != nil, start == nil {
                start = index
            }
        }
        if let start { stretches.append(start..<values.endIndex) }
        return stretches
    }
}
