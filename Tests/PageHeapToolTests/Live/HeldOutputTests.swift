import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

struct HeldOutputTests {
    @Test func allIsShownOnceInItsOrder() throws {
        let folder = try TemporaryFolder()
        let held = try HeldOutput(in: ["/no/such/place", "/tmp"])
        let terminal = try #require(FileHandle(forWritingAtPath: try folder.write("", to: "shown")))
        var place = 0
        var all = ""
        for part in ["", "one", String(repeating: "two ", count: 5000), "three"] {
            _ = part.withCString { write(held.descriptor, $0, strlen($0)) }
            all += part
            #expect(held.show(from: &place, on: terminal.fileDescriptor, until: { false }))
            #expect(folder.text(of: "shown") == all && place == held.bytes)
        }
    }

    @Test func showingEndsEarlyIfItIsEnough() throws {
        let held = try HeldOutput(in: ["/tmp"])
        let text = String(repeating: "text", count: 10_000)
        _ = text.withCString { write(held.descriptor, $0, strlen($0)) }
        let nowhere = open("/dev/null", O_WRONLY)
        defer { close(nowhere) }
        var place = 0
        var pieces = 0
        #expect(
            held.show(from: &place, on: nowhere) {
                pieces += 1
                return pieces > 2
            })
        #expect(place > 0 && place < held.bytes)
        #expect(!held.show(from: &place, on: -1, until: { false }))
    }

    @Test func aPlaceThatIsMissingIsNamed() {
        #expect(throws: ToolError.self) { try HeldOutput(in: ["/no/such/place"]) }
    }
}
