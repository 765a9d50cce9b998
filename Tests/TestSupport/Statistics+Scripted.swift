import Foundation
import PageHeap

extension PageHeap.Statistics {
    /// Figures that are zero, without goal and limit, except for those given.
    ///
    /// - Parameter figures: by the names of the properties.
    package static func scripted(_ figures: [String: Double] = [:], lockHolds: [String: Int] = [:]) throws
        -> PageHeap.Statistics
    {
        var fields = try zeroed(try PageHeap().statistics)
        if var holds = fields["lockHolds"] as? [String: Any] {
            holds.merge(lockHolds) { _, chosen in chosen }
            fields["lockHolds"] = holds
        }
        fields["goalBytes"] = nil
        fields["memoryLimitBytes"] = nil
        return try decoded(fields.merging(figures) { _, chosen in chosen })
    }
}

extension MallocStatistics {
    /// Figures of a malloc.
    ///
    /// - Parameter figures: all that a malloc has beside those of a heap, by the names of the properties.
    package static func scripted(_ figures: [String: Int], heap: PageHeap.Statistics) throws -> MallocStatistics {
        var fields: [String: Any] = figures
        fields["heap"] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(heap))
        return try decoded(fields)
    }
}

/// The fields of a value, with all numbers set to zero.
private func zeroed(_ value: some Encodable) throws -> [String: Any] {
    func zeroed(_ fields: [String: Any]) -> [String: Any] {
        fields.mapValues { field -> Any in
            guard let inner = field as? [String: Any] else { return 0 }
            return zeroed(inner)
        }
    }
    return zeroed(try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any] ?? [:])
}

private func decoded<Value: Decodable>(_ fields: [String: Any]) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONSerialization.data(withJSONObject: fields))
}
