import Foundation
import PageHeap

extension MallocStatistics {
    /// Figures of a malloc.
    ///
    /// - Parameter figures: all that a malloc has beside those of a heap, by the names of the properties.
    static func scripted(_ figures: [String: Int], heap: PagedHeap.Statistics) throws -> MallocStatistics {
        var fields: [String: Any] = figures
        fields["heap"] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(heap))
        return try JSONDecoder().decode(MallocStatistics.self, from: JSONSerialization.data(withJSONObject: fields))
    }
}
