import PageHeapSimulation
import Testing

@testable import PageHeapTrace

/// Traces that are damaged are read as far as they are sound, and what is wrong has a place.
struct DamageTests {
    private func allocation(_ address: UInt64) -> AllocationAction {
        .allocate(block: address, bytes: 8, alignment: 0, isZeroed: false)
    }

    private func block(_ address: UInt64, sequence: UInt32) -> BlockImage {
        var block = BlockImage(thread: 0, sequence: sequence)
        block.encode { $0.allocate(address, bytes: 8, .tick(UInt64(sequence))) }
        return block
    }

    private func read(_ bytes: [UInt8]) throws -> (actions: [AllocationAction], index: TraceLosses, losses: TraceLosses)
    {
        let trace = try TraceFileOfTest()
        try trace.write(bytes)
        let reader = try trace.reader()
        var events = reader.events(of: try #require(reader.processes.first))
        return (try events.rest().map(\.action), reader.losses, events.losses)
    }

    @Test func aBlockThatWasNotClosedIsReadUpToItsLastEvent() throws {
        var last = block(0x2000, sequence: 1)
        last.encode { $0.free(0x2000, .asBefore) }
        let found = try read(BlockImage.file([block(0x1000, sequence: 0).closed(), last.open()]))
        #expect(found.actions == [allocation(0x1000), allocation(0x2000), .free(block: 0x2000)])
        #expect(!found.index.hasDamage && !found.losses.hasDamage)
    }

    @Test func aChangedPayloadIsPassedOverAndCounted() throws {
        var bytes = BlockImage.file((0..<3).map { block(0x1000 * (1 + UInt64($0)), sequence: $0) })
        bytes[4096 + 128 + 64] ^= 0x10
        let found = try read(bytes)
        #expect(found.actions == [allocation(0x1000), allocation(0x3000)])
        #expect(found.losses.damagedBlocks == 1 && found.losses.damagedEvents == 1)
        #expect(found.losses.firstOffset == 4096 + 128)
    }

    @Test func damageIsAnErrorWithItsOffsetIfOneWantsThat() throws {
        var bytes = BlockImage.file((0..<3).map { block(0x1000 * (1 + UInt64($0)), sequence: $0) })
        bytes[4096 + 128 + 64] ^= 0x10
        let trace = try TraceFileOfTest()
        try trace.write(bytes)
        let reader = try trace.reader()
        var events = reader.events(of: reader.processes[0], onDamage: .stop)
        let error = #expect(throws: TraceError.self) { while try events.next() != nil {} }
        #expect(error?.offset == 4096 + 128)
        #expect(error?.description.contains("checksum, at byte 4224") == true)
    }

    @Test func aBlockWhoseHeaderIsGoneIsMissed() throws {
        var bytes = BlockImage.file((0..<3).map { block(0x1000 * (1 + UInt64($0)), sequence: $0) })
        bytes[4096 + 128 + 17] ^= 1
        let found = try read(bytes)
        #expect(found.actions == [allocation(0x1000), allocation(0x3000)])
        #expect(found.losses.missingBlocks == 1)
        #expect(found.index.skippedBytes == 128 && found.index.firstOffset == 4096 + 128)
    }

    @Test func twoBlocksWithOneNumberCountOnce() throws {
        let found = try read(BlockImage.file([block(0x1000, sequence: 0), block(0x2000, sequence: 0)]))
        #expect(found.actions == [allocation(0x1000)])
        #expect(found.losses.damagedBlocks == 1)
    }

    @Test func aFileThatEndsWithinABlockHasTheEventsBefore() throws {
        var last = block(0x2000, sequence: 1)
        for index in 1...20 as ClosedRange<UInt64> {
            last.encode { $0.allocate(0x2000 + index * 16, bytes: 8, .asBefore) }
        }
        let whole = BlockImage.file([block(0x1000, sequence: 0), last])
        let found = try read(Array(whole.prefix(4096 + 128 + 64 + 30)))
        #expect(found.actions.count > 5 && found.actions.count < 22)
        #expect(found.actions[1] == allocation(0x2000))
        #expect(found.index.isCutShort && found.index.hasDamage)
    }

    @Test func spaceThatNobodyWroteToIsNoDamage() throws {
        let hole = [UInt8](repeating: 0, count: 300_032)
        let found = try read(
            BlockImage.file([block(0x1000, sequence: 0).closed(), hole, block(0x2000, sequence: 1).closed(), hole]))
        #expect(found.actions == [allocation(0x1000), allocation(0x2000)])
        #expect(!found.index.hasDamage)
    }

    @Test func otherFilesAreNoTraces() throws {
        let trace = try TraceFileOfTest()
        func message(_ bytes: [UInt8]) throws -> String {
            try trace.write(bytes)
            return try #require(throws: TraceError.self) { try trace.reader() }.description
        }
        #expect(try message([]).contains("not a trace"))
        #expect(try message(Array("#!/bin/sh\n".utf8)).contains("not a trace"))
        let empty = BlockImage.file([] as [BlockImage])
        #expect(try message(Array(empty.prefix(100))).contains("cut short within its header, at byte 100"))
        var newer = empty
        newer[8] = 2
        #expect(try message(newer).contains("version 2"))
        var damaged = empty
        damaged[24] ^= 1
        #expect(try message(damaged).contains("header is damaged"))
        #expect(throws: TraceError.self) { try TraceReader(path: trace.folder.file("none")) }
        #expect(throws: TraceError.self) { try TraceReader(path: trace.folder.path) }
        #expect(throws: TraceError.self) { try TraceReader(path: "/dev/null") }
    }

    /// Reads all of a file that may be damaged in any way. Returns the number of events; what is refused as a whole has none.
    private func survey(_ trace: TraceFileOfTest, size: Int) throws -> Int {
        let reader: TraceReader
        do { reader = try trace.reader() } catch { return 0 }
        var count = 0
        for process in reader.processes {
            var events = reader.events(of: process)
            while let event = try events.next() {
                _ = event
                count += 1
            }
            #expect(events.progress <= 1)
        }
        // An event takes at least a byte, and a reallocation's two make at most two.
        #expect(count <= size)
        return count
    }

    @Test func anyDamageIsSurvived() throws {
        let trace = try TraceFileOfTest((0..<3).map { RandomEvents.events(6000, seed: traceSeed &+ $0, threads: 3) })
        let sound = try trace.bytes
        #expect(try survey(trace, size: sound.count) == 18000)
        var generator = SeededGenerator(seed: traceSeed)
        for round in 0..<300 {
            var bytes = sound
            switch round % 4 {
            case 0:
                bytes[.random(in: bytes.indices, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.removeLast(.random(in: 0..<bytes.count, using: &generator))
            case 2:
                for _ in 0..<Int.random(in: 1...200, using: &generator) {
                    bytes[.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
                }
            default:
                // A stretch that was written to another place.
                let length = Int.random(in: 1...5000, using: &generator)
                let from = Int.random(in: 0..<bytes.count - length, using: &generator)
                let to = Int.random(in: 0..<bytes.count - length, using: &generator)
                bytes.replaceSubrange(to..<to + length, with: sound[from..<from + length])
            }
            try trace.write(bytes)
            let count = try survey(trace, size: bytes.count)
            if round % 4 == 0 { #expect(count <= 18000, "PAGEHEAP_SEED=\(traceSeed), round \(round)") }
        }
    }

    @Test func aSingleBitThatFlipsIsNoticedOrDoesNotMatter() throws {
        let written = RandomEvents.events(3000, seed: traceSeed, threads: 2)
        let trace = try TraceFileOfTest([written])
        let sound = try trace.bytes
        var generator = SeededGenerator(seed: traceSeed)
        for round in 0..<200 {
            var bytes = sound
            let place = Int.random(in: 4096..<bytes.count, using: &generator)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try trace.write(bytes)
            let reader = try trace.reader()
            var events = reader.events(of: try #require(reader.processes.first))
            let read = try events.rest()
            // The space between a payload and the next block belongs to no checksum.
            #expect(
                reader.losses.hasDamage || events.losses.hasDamage || read == written,
                "PAGEHEAP_SEED=\(traceSeed), round \(round), byte \(place)")
        }
    }

    @Test func aHoleOfTheLargestSizeTakesNoTime() throws {
        let trace = try TraceFileOfTest()
        try trace.write(BlockImage.file([block(0x1000, sequence: 0)]))
        try trace.extend(to: 1 << 43)
        let reader = try trace.reader()
        var events = reader.events(of: reader.processes[0])
        #expect(try events.rest().count == 1)
    }
}
