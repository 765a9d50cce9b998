/// Measures a replay: resident memory and bytes in use over virtual time.
///
/// The curve keeps at most ``ReplayCurve/limit`` points; peak, end and mean are exact.
package struct ReplayMeter: Sendable {
    /// Virtual time since the beginning, in nanoseconds.
    package private(set) var now: Int64 = 0
    /// Physical memory of the heap, its metadata included, in bytes.
    package private(set) var resident: UInt64 = 0
    /// Bytes of the blocks that the program holds, as it asked for them.
    package var inUse: UInt64 = 0
    package private(set) var peakResident: UInt64 = 0
    package private(set) var peakTime: Int64 = 0
    package private(set) var peakInUse: UInt64 = 0
    /// Resident memory added up over time, in byte-seconds.
    package private(set) var residentByteSeconds = 0.0
    package private(set) var curve = ReplayCurve()

    package init() {}

    mutating func advance(to time: Int64) {
        guard time > now else { return }
        residentByteSeconds += Double(resident) * Double(time - now) * 1e-9
        curve.pass(from: now, to: time, resident: resident, inUse: inUse)
        now = time
    }

    mutating func change(resident bytes: Int64) {
        // Memory may rise and fall within one moment.
        if bytes < 0 { curve.add(ReplayCurve.Point(time: now, resident: resident, inUse: inUse)) }
        resident = UInt64(max(0, Int64(resident) + bytes))
        guard resident > peakResident else { return }
        peakResident = resident
        peakTime = now
    }

    mutating func change(inUse bytes: Int64) {
        inUse = UInt64(max(0, Int64(inUse) + bytes))
        peakInUse = max(peakInUse, inUse)
    }

    /// Ends the curve at the present.
    mutating func finish() { curve.end(at: now, resident: resident, inUse: inUse) }
}

/// A curve over time in bounded memory: of each stretch of time, the moment with the most resident memory. The stretches
/// become twice as long whenever there are too many points.
package struct ReplayCurve: Hashable, Sendable {
    package struct Point: Hashable, Sendable {
        /// Nanoseconds since the beginning.
        package let time: Int64
        package let resident: UInt64
        package let inUse: UInt64
    }

    /// The most points of a curve.
    package static let limit = 4000

    package private(set) var points: [Point] = []
    /// The length of a stretch in nanoseconds.
    private var stretch: Int64 = 1_000_000

    /// Notes that memory was as it is for some time.
    mutating func pass(from start: Int64, to end: Int64, resident: UInt64, inUse: UInt64) {
        add(Point(time: start, resident: resident, inUse: inUse))
        // Both ends of a long pause, so that a curve drawn through the points is level in between.
        if end - start > 2 * stretch { add(Point(time: end - 1, resident: resident, inUse: inUse)) }
    }

    mutating func end(at time: Int64, resident: UInt64, inUse: UInt64) {
        points.append(Point(time: time, resident: resident, inUse: inUse))
    }

    /// Notes how memory is at a moment.
    mutating func add(_ point: Point) {
        if let last = points.last, last.time / stretch == point.time / stretch {
            if point.resident > last.resident { points[points.count - 1] = point }
            return
        }
        points.append(point)
        while points.count > Self.limit { thin() }
    }

    private mutating func thin() {
        stretch *= 2
        var kept: [Point] = []
        for point in points {
            guard let last = kept.last, last.time / stretch == point.time / stretch else {
                kept.append(point)
                continue
            }
            if point.resident > last.resident { kept[kept.count - 1] = point }
        }
        points = kept
    }
}
