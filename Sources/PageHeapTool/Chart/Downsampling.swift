/// Reduces the number of points of a curve, but keeps its ends, peaks and valleys.
enum Downsampling {
    /// Returns at most `limit` points: the first and the last one, and between them the lowest and the highest of each
    /// of several parts with equally many points, in their order.
    static func extremes(of points: [ChartPoint], limit: Int) -> [ChartPoint] {
        extremes(of: points.map(\.bytes), limit: limit).map { points[$0] }
    }

    /// Returns the indices of such values.
    static func extremes(of values: [Double], limit: Int) -> [Int] {
        guard values.count > limit, values.count > 1 else { return Array(values.indices) }
        let ends = [0, values.count - 1]
        guard limit >= 6 else { return ends }
        let inner = Array(values.indices.dropFirst().dropLast())
        let chosen = parts(of: inner, count: (limit - 2) / 2).flatMap { part in
            [part.min { values[$0] < values[$1] }, part.max { values[$0] < values[$1] }].compactMap { $0 }
        }
        return Set(ends + chosen).sorted()
    }

    /// Returns the samples that are the highest or the lowest of a part by one of several figures, and the first and the
    /// last one.
    static func extremes(
        of samples: [MemorySample], parts count: Int, by figures: [(MemorySample) -> ByteCount]
    ) -> [MemorySample] {
        guard samples.count > count * figures.count * 2 else { return samples }
        let chosen = parts(of: Array(samples.indices), count: count).flatMap { part in
            figures.flatMap { figure in
                [
                    part.min { figure(samples[$0]) < figure(samples[$1]) },
                    part.max { figure(samples[$0]) < figure(samples[$1]) },
                ].compactMap { $0 }
            }
        }
        return Set(chosen + [0, samples.count - 1]).sorted().map { samples[$0] }
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
