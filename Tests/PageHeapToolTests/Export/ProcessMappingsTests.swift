import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct ProcessMappingsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mappings(_ text: String) throws -> ProcessMappings {
        try ProcessMappings(of: folder.write(text, to: "maps"), ownIdentifier: 12)
    }

    private func page(_ path: String, mode: String = "rw-s") throws -> String? {
        try mappings(FakeHost.mapping(path, mode: mode)).page.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func theLibraryAndTheOwnPageAreFound() throws {
        #expect(try page("/run/page heap/12.3") == "/run/page heap/12.3")
        #expect(try page("/run/12.3", mode: "r--s") == nil)
        #expect(try page("/run/12.3", mode: "rw-p") == nil)
        #expect(try page("/run/13.0") == nil)
        #expect(try page("/run/112.0") == nil)
        #expect(try page("/run/12.") == nil)
        // Its file is gone, and so it cannot be read.
        #expect(try page("/run/12.0 (deleted)") == nil)
        #expect(try mappings(FakeHost.library).hasLibrary)
        #expect(try mappings("7f00-7f01 r-xp 0 08:01 7 /x/libpageheapmalloc-checked.so (deleted)\n").hasLibrary)
        #expect(try !mappings(FakeHost.stranger).hasLibrary)
        #expect(try !mappings("").hasLibrary)
    }

    @Test func linesAcrossPiecesAreReadWhole() throws {
        // Longer than one read, with the interesting lines wherever the pieces end.
        for count in [900, 1365, 1366, 2000] {
            let filler = String(repeating: "7f00-7f01 r--p 00000000 08:01 9   /usr/lib/some.so\n", count: count)
            let found = try mappings(filler + FakeHost.library + filler + FakeHost.mapping("/run/12.0"))
            #expect(found.hasLibrary)
            #expect(found.page == Array("/run/12.0".utf8))
        }
    }

    @Test func aLineWithoutEndDoesNotFillTheMemory() throws {
        let found = try mappings(String(repeating: "x", count: 1 << 20) + "\n" + FakeHost.library)
        #expect(!found.hasLibrary)
    }

    @Test func whatCannotBeReadIsAnError() {
        #expect(throws: Errno.noSuchFileOrDirectory) {
            try ProcessMappings(of: folder.file("none"), ownIdentifier: 1)
        }
    }
}
