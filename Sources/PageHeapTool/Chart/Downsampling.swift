/// Reduces the number of points of a curve, but keeps its ends, peaks and valleys.
enum Downsampling {
    /// Returns at most `limit` points: the first and the last one, and between them the lowest and the highest of each
    /// of several parts with equally many points, in their order.
    static func extremes(of points: [ChartPoint], limit: Int) -> [ChartPoint] {
        guard points.count > limit, let first = points.first, let last = points.last else { return points }
        guard limit >= 6 else { return [first, last] }
        var thinned = [first]
        let inner = points.dropFirst().dropLast()
        for part in parts(of: Array(inner), count: (limit - 2) / 2) {
            guard let low = part.indices.min(by: { part[$0].bytes < part[$1].bytes }),
                let high = part.indices.max(by: { part[$0].bytes < part[$1].bytes })
            else { continue }
            thinned.append(part[min(low, high)])
            if low != high { thinned.append(part[max(low, high)]) }
        }
        return thinned + [last]
    }

    /// Returns at most `limit` samples for a table: of each of `limit` groups of neighbours, the one with
    /// the most resident memory.
    static func rows(of samples: [MemorySample], limit: Int) -> [MemorySample] {
        guard samples.count > limit else { return samples }
        return parts(of: samples, count: limit).compactMap { part in
            part.max { $0.residentBytes < $1.residentBytes }
        }
    }

    /// Divides elements into parts whose lengths differ by at most one.
    private static func parts<Element>(of elements: [Element], count: Int) -> [ArraySlice<Element>] {
        (0..<count).map { elements[elements.count * $0 / count..<elements.count * ($0 + 1) / count] }
    }
}
