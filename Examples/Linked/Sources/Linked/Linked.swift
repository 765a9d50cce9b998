import CPageHeapInterface
import Foundation
import Work

@main
struct Linked {
    static func main() async throws {
        // Some linkers leave a library out if nothing of it is used.
        print("PageHeap's malloc, interface \(pageheap_version() >> 16).\(pageheap_version() & 0xffff)")
        if !(try await Work.run()) { exit(1) }
    }
}
