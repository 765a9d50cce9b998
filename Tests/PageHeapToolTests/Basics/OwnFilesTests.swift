import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct OwnFilesTests {
    @Test func filesAreLookedForBesideTheCommandAndWhereTheyAreInstalled() {
        let candidates = OwnFiles.candidates(["a", "b"], in: "/opt/x/bin")
        #expect(candidates.prefix(4) == ["/opt/x/bin/a", "/opt/x/bin/b", "/opt/x/lib/a", "/opt/x/lib/b"])
        #expect(candidates.contains("/opt/x/lib/pageheap/a"))
    }

    @Test func whatIsMissingIsBuiltWhereTheCommandIsAndElseInstalledAgain() throws {
        let folder = try TemporaryFolder()
        #expect(OwnFiles.remedy(product: "x", in: FilePath(folder.path)) == "install PageHeap again")
        try folder.write("", to: "pageheap.product")
        #expect(OwnFiles.remedy(product: "x", in: FilePath(folder.path)).contains("swift build -c release --product x"))
    }

    @Test func whatIsNotThereIsNotFound() {
        #expect(OwnFiles.find(["no such file"]) == nil)
        #expect(OwnFiles.command != nil)
    }
}
