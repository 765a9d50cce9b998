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
        let data = try JSONSerialization.data(withJSONObject: fields.merging(figures) { _, chosen in chosen })
        return try JSONDecoder().decode(PageHeap.Statistics.self, from: data)
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
