import Foundation

/// Text, JSON, dates and regular expressions in many tasks at once; prints sums that do not depend on their order.
@main
struct Tasks {
    struct Record: Codable {
        var name: String
        var values: [Double]
        var made: Date
    }

    static func work(_ number: Int) throws -> Int {
        var records: [Record] = []
        for index in 0..<200 {
            records.append(
                Record(
                    name: "record \(number).\(index)", values: (0..<20).map { Double($0 * index) },
                    made: Date(timeIntervalSince1970: Double(index))))
        }
        let text = String(decoding: try JSONEncoder().encode(records), as: UTF8.self)
        let back = try JSONDecoder().decode([Record].self, from: Data(text.utf8))
        let words = text.split(separator: ",").filter { $0.contains("record") }.map { $0.uppercased() }
        return back.count + words.count + text.components(separatedBy: "name").count
    }

    static func main() async throws {
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { try work(number) } }
            return try await group.reduce(0, +)
        }
        print("total", total)
    }
}
