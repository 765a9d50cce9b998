import CPageHeapInterface
import Foundation
import Work

@main
struct Linked {
    static func main() async throws {
        // Something of the library has to be used: some linkers leave out a library of which nothing is.
        print("PageHeap's malloc, interface \(pageheap_version() >> 16).\(pageheap_version() & 0xffff)")
        if !(try await Work.run()) { exit(1) }
    }
}
