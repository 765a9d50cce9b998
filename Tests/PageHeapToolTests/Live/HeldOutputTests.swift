import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

/// What a program writes behind a live view, if there is no room for it.
struct HeldOutputTests {
    /// Both ends of a pipe in place of the terminal.
    private func held(in file: String, mode: Int32 = O_RDWR, _ body: (HeldOutput, FileHandle) throws -> Void) throws {
        let screen = Pipe()
        let descriptor = open(file, mode | O_CLOEXEC | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        let held = try HeldOutput(keepingIn: descriptor, insteadOf: screen.fileHandleForWriting.fileDescriptor)
        try body(held, screen.fileHandleForReading)
        try screen.fileHandleForWriting.close()
    }

    @Test func aFullFolderLosesNothing() throws {
        let folder = try TemporaryFolder()
        // Nothing can be written to it, as if its folder were full.
        try held(in: folder.file("kept"), mode: O_RDONLY) { held, screen in
            #expect(held.keep())
            #expect(write(held.descriptor, "first ", 6) == 6)
            #expect(eventually { held.isFull })
            // Nobody reads it, until it is shown.
            #expect(write(held.descriptor, "second", 6) == 6)
            #expect(held.show(isOver: { true }, until: { false }) == 0)
            #expect(screen.availableData == Data("first second".utf8))
        }
    }

    @Test func whatIsNotShownIsCounted() throws {
        let folder = try TemporaryFolder()
        try held(in: folder.file("kept")) { held, _ in
            #expect(held.keep())
            #expect(write(held.descriptor, "first ", 6) == 6)
            #expect(eventually { folder.text(of: "kept") == "first " })
            #expect(held.show(isOver: { true }, until: { true }) == 6)
        }
    }

    @Test func aFolderThatIsMissingIsPassedOver() throws {
        let folder = try TemporaryFolder()
        let null = FileHandle.nullDevice.fileDescriptor
        _ = try HeldOutput(in: ["/nowhere/at/all", FilePath(folder.path)], insteadOf: null)
        #expect(folder.names.isEmpty)
        let failure = #expect(throws: ToolError.self) { try HeldOutput(in: ["/nowhere/at/all"], insteadOf: null) }
        #expect(failure?.message.contains("set TMPDIR to a folder you can write to") == true)
    }
}
