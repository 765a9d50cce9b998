import SystemPackage
import Testing

@testable import PageHeapTool

struct ELFHeaderTests {
    @Test func aProgramOfThisSystemNamesItsLoader() throws {
        let header = try #require(try ELFHeader(of: "/bin/ls"))
        let loader = try #require(header.loader)
        #expect(loader.hasPrefix("/"))
        #expect(FilePath(loader).resolved != nil)
        #expect(header.matches(header))
        #expect(!header.isSharedObject)
    }

    /// The library can be executed, and has a loader for that.
    @Test func aLibraryThatCanBeExecutedIsALibrary() throws {
        let header = try #require(try ELFHeader(of: FilePath(try BuiltTool.requireLibrary())))
        #expect(header.isSharedObject)
        #expect(header.loader != nil)
    }

    @Test func aStaticProgramHasNoLoader() throws {
        let header = try #require(ELFHeader(reading: reader(of: ELFImage.make())))
        #expect(header.loader == nil)
        #expect(header.platform == "64-bit x86-64")
        #expect(!header.isSharedObject)
    }

    @Test func theLoadersNameEndsAtTheZeroByte() throws {
        let header = try #require(ELFHeader(reading: reader(of: ELFImage.make(loader: "/lib/loader.so"))))
        #expect(header.loader == "/lib/loader.so")
    }

    @Test func otherMachinesDoNotMatch() throws {
        let one = try #require(ELFHeader(reading: reader(of: ELFImage.make(machine: 62))))
        let other = try #require(ELFHeader(reading: reader(of: ELFImage.make(machine: 183))))
        #expect(!one.matches(other))
        #expect(other.platform == "64-bit AArch64")
    }

    @Test(arguments: [[], Array("#!/bin/sh\n".utf8), [0x7f, 0x45, 0x4c, 0x46], [0x7f, 0x45, 0x4c, 0x46, 9]])
    func otherAndTruncatedFilesHaveNoHeader(content: [UInt8]) {
        #expect(ELFHeader(reading: reader(of: content)) == nil)
    }

    @Test func aTruncatedFileHasNoHeader() {
        let image = ELFImage.make(loader: "/lib/loader.so")
        for length in 0..<image.count {
            #expect(ELFHeader(reading: reader(of: Array(image.prefix(length)))) == nil, "\(length) bytes")
        }
        #expect(ELFHeader(reading: reader(of: image))?.loader == "/lib/loader.so")
    }

    @Test func wildOffsetsAreReadWithoutATrap() {
        var image = ELFImage.make(loader: "/lib/loader.so")
        for index in 32..<40 { image[index] = 0xff }
        #expect(ELFHeader(reading: reader(of: image))?.loader == nil)
    }

    private func reader(of content: [UInt8]) -> (UInt64, Int) -> [UInt8] {
        { offset, count in
            offset >= UInt64(content.count) ? [] : Array(content[Int(offset)...].prefix(count))
        }
    }
}
