import Foundation
import PageHeap
import Work

@main
struct Preloaded {
    static func main() async throws {
        do {
            if !(try await Work.run()) { exit(1) }
        } catch let error as ProcessMallocError {
            print(error)
            exit(2)
        }
    }
}
