import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

/// Libraries in a file tree made for the test.
struct LibraryFinderTests {
    let root: TemporaryFolder

    init() throws {
        root = try TemporaryFolder()
    }

    @Test func versionsAreComparedAsNumbers() {
        let names = [
            "libx.so", "libx.so.9", "libx.so.10", "libx.so.2.1", "libx.so.2", "libx.so.old", "libx_debug.so.3",
        ]
        #expect(
            LibraryFinder.versions(of: "libx.so", among: names)
                == ["libx.so.10", "libx.so.9", "libx.so.2.1", "libx.so.2", "libx.so"])
    }

    @Test func librariesAreFoundInFoldersForThePlatform() throws {
        try library("usr/lib/x86_64-linux-gnu/libjemalloc.so.2")
        try library("usr/lib64/libmimalloc.so.2.0")
        #expect(found("jemalloc") == "x86_64-linux-gnu/libjemalloc.so.2")
        #expect(found("mimalloc") == "lib64/libmimalloc.so.2.0")
        #expect(found("tcmalloc") == nil)
    }

    @Test func librariesThatCannotBeLoadedAreSkipped() throws {
        try library("usr/lib/arm-linux-gnueabihf/libjemalloc.so.2", machine: 40)
        try write("usr/lib/libmimalloc.so", Array("GROUP ( libmimalloc.so.2 )".utf8))
        #expect(found("jemalloc") == nil)
        #expect(found("mimalloc") == nil)
        try library("usr/lib/libjemalloc.so.1")
        #expect(found("jemalloc") == "lib/libjemalloc.so.1")
    }

    @Test func theUsersFoldersComeFirst() throws {
        try library("usr/lib/libjemalloc.so.2")
        try library("own/libjemalloc.so.1")
        #expect(found("jemalloc", libraryPath: "/no/such:\(root.file("own"))") == "own/libjemalloc.so.1")
    }

    @Test func theBetterLibraryIsChosen() throws {
        try library("usr/local/lib/libtcmalloc.so.4")
        try library("usr/lib/libtcmalloc_minimal.so.4")
        try library("usr/lib/libtcmalloc_minimal_debug.so.4")
        #expect(found("tcmalloc") == "lib/libtcmalloc_minimal.so.4")
    }

    @Test func installedAndMissingAllocatorsAreListed() throws {
        try library("usr/lib/libjemalloc.so.2")
        try library("usr/lib/libtbbmalloc_proxy.so.2")
        let selection = try select(nil)
        #expect(selection.allocators.map(\.name) == ["PageHeap", "glibc", "jemalloc", "tbb"])
        #expect(selection.notFound == ["mimalloc", "tcmalloc", "snmalloc"])
        #expect(selection.reference == .system)
    }

    @Test func onlyNamedAllocatorsAreSelected() throws {
        try library("usr/lib/libjemalloc.so.2")
        let path = try library("own/libmine.so.1")
        let selection = try select(["JEMALLOC", path, "pageheap", "jemalloc"])
        #expect(selection.allocators.map(\.name) == ["PageHeap", "jemalloc", "libmine.so.1"])
        #expect(selection.notFound.isEmpty)
        #expect(selection.reference.name == "PageHeap")
        #expect(try select(["system", "glibc"]).allocators.map(\.name) == ["PageHeap", "glibc"])
    }

    @Test func librariesOfTheSameNameAreDistinguished() throws {
        let paths = [try library("a/libmine.so"), try library("b/libmine.so")]
        let names = try select(paths).allocators.map(\.name)
        #expect(names[1] == "libmine.so")
        #expect(names[2].hasSuffix("/b/libmine.so"))
    }

    @Test func unusableLibrariesAreReported() throws {
        let other = try library("own/libother.so", machine: 183)
        let text = try write("own/libtext.so", Array("text".utf8))
        #expect(refusal(["nonsense"])?.status == .usage)
        #expect(refusal(["nonsense"])?.message.contains("use glibc, jemalloc,") == true)
        #expect(refusal(["jemalloc"])?.status == .noInput)
        #expect(refusal(["jemalloc"])?.message.contains("apt install libjemalloc2") == true)
        #expect(refusal(["/no/such.so"])?.message.contains("'/no/such.so' was not found") == true)
        #expect(refusal([text])?.message.contains("is not a shared library") == true)
        #expect(refusal([other])?.message.contains("is a 64-bit AArch64 library; it must be for 64-bit x86-64") == true)
        #expect(refusal(["/bin/sh"])?.message.contains("is not a shared library") == true)
    }

    @Test func librariesRefusedByTheLoaderAreNotUsed() throws {
        let path = try library("usr/lib/libjemalloc.so.2")
        let finder = LibraryFinder(libraryPath: nil, root: FilePath(root.path), refusal: { _ in "it is damaged" })
        let all = try AllocatorSelection(names: nil, pageHeap: .make("/lib/p.so"), finder: finder)
        #expect(all.allocators.count == 2)
        #expect(throws: ToolError(.noInput, "--with: '\(path)' cannot be preloaded: it is damaged")) {
            _ = try AllocatorSelection(names: [path], pageHeap: .make("/lib/p.so"), finder: finder)
        }
    }

    @Test func theLoadersListIsRead() {
        let list = "\tlinux-vdso.so.1 (0x7f)\n\t/a/libx.so (0x7f)\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n"
        #expect(PreloadProbe.refusal(of: "/a/libx.so", list: list) == nil)
        #expect(PreloadProbe.refusal(of: "/a/lib", list: list) != nil)
        #expect(PreloadProbe.refusal(of: "/a/libx.so", list: "") != nil)
        #expect(
            PreloadProbe.refusal(of: "/a/libx.so", list: list + "\tliby.so.1 => not found\n")
                == "it needs liby.so.1, which was not found")
    }

    private func found(_ name: String, libraryPath: String? = nil) -> String? {
        let finder = LibraryFinder(libraryPath: libraryPath, root: FilePath(root.path), refusal: { _ in nil })
        let library = KnownAllocator.named(name).flatMap { finder.find($0, matching: .sample()) }
        return library.map { $0.path.components.suffix(2).map(\.string).joined(separator: "/") }
    }

    private func select(_ names: [String]?) throws(ToolError) -> AllocatorSelection {
        try AllocatorSelection(
            names: names, pageHeap: .make("/lib/libpageheapmalloc.so"),
            finder: LibraryFinder(libraryPath: nil, root: FilePath(root.path), refusal: { _ in nil }))
    }

    private func refusal(_ names: [String]) -> ToolError? {
        do {
            _ = try select(names)
            return nil
        } catch {
            return error
        }
    }

    @discardableResult
    private func library(_ path: String, machine: UInt16 = 62) throws -> String {
        try write(path, ELFImage.make(machine: machine, shared: true))
    }

    @discardableResult
    private func write(_ path: String, _ content: [UInt8]) throws -> String {
        let folder = URL(fileURLWithPath: root.file(path)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try root.write(content, to: path)
    }
}
