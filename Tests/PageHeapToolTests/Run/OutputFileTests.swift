import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct OutputFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func newContentReplacesTheOld() throws {
        let target = try folder.write("old", to: "report", mode: 0o640)
        let file = try OutputFile(FilePath(target), purpose: "report")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "old")
        try file.finish(with: Array("new".utf8))
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
        #expect(folder.names == ["report"])
        let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test func theCommandDoesNotReplaceItself() throws {
        let path = try #require(FilePath("/proc/self/exe").resolved)
        for own in ["/proc/self/exe", path] {
            #expect(throws: ToolError.self) { _ = try OutputFile(own, purpose: "report") }
        }
    }

    @Test func anUnfinishedFileLeavesNothing() throws {
        let target = try folder.write("old", to: "report")
        do { _ = try OutputFile(FilePath(target), purpose: "report") }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "old")
        #expect(folder.names == ["report"])
    }

    @Test func linksStayLinks() throws {
        let target = try folder.write("old", to: "real")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "real")
        let file = try OutputFile(FilePath(folder.file("link")), purpose: "report")
        try file.finish(with: Array("new".utf8))
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
        #expect(folder.names == ["link", "real"])
    }

    @Test func aLinkToNoFileYetStaysALink() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "second")
        try FileManager.default.createSymbolicLink(atPath: folder.file("second"), withDestinationPath: "real")
        let file = try OutputFile(FilePath(folder.file("link")), purpose: "report")
        try file.finish(with: Array("new".utf8))
        #expect(try String(contentsOfFile: folder.file("real"), encoding: .utf8) == "new")
        #expect(folder.names == ["link", "real", "second"])
    }

    @Test func aLinkToItselfIsRefused() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "link")
        #expect(failure(folder.file("link"))?.message.contains("Too many levels of symbolic links") == true)
        #expect(folder.names == ["link"])
    }

    @Test func unwritableFilesAreReportedAtOnce() throws {
        let missing = failure(folder.file("none/report"))
        #expect(missing?.status == .inputOutput)
        #expect(missing?.message.contains("its folder '\(folder.file("none"))' does not exist") == true)
        #expect(failure(folder.path)?.message.contains("it is a folder") == true)
    }

    @Test func aFullDeviceIsAnError() throws {
        #expect(throws: Errno.noSpace) {
            let file = try OutputFile("/dev/full", purpose: "report")
            try file.finish(with: [1, 2, 3])
        }
    }

    private func failure(_ target: String) -> ToolError? {
        do {
            _ = try OutputFile(FilePath(target), purpose: "report")
            return nil
        } catch {
            return error
        }
    }
}
