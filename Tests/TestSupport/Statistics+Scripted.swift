import Foundation
import PageHeap

extension PagedHeap.Statistics {
    /// Figures that are zero, without goal and limit, except for those given.
    ///
    /// - Parameter figures: by the names of the properties.
    package static func scripted(_ figures: [String: Double] = [:], lockHolds: [String: Int] = [:]) throws
        -> PagedHeap.Statistics
    {
        var fields = try zeroed(try PagedHeap().statistics)
        if var holds = fields["lockHolds"] as? [String: Any] {
            holds.merge(lockHolds) { _, chosen in chosen }
            fields["lockHolds"] = holds
        }
        fields["goalByteCount"] = nil
        fields["memoryLimitByteCount"] = nil
        let data = try JSONSerialization.data(withJSONObject: fields.merging(figures) { _, chosen in chosen })
        return try JSONDecoder().decode(PagedHeap.Statistics.self, from: data)
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
