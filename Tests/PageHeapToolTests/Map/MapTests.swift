import CPageHeap
import Foundation
import PageHeapSimulation
import TestSupport
import Testing

@testable import PageHeapTool

struct MapTests {
    private let map = HeapMap(
        pageBytes: 8192,
        ranges: [
            HeapMap.Range(
                address: 0x7000_0000_0000,
                entries: Array(repeating: 3 | 255 << 8, count: 700) + Array(repeating: 0xff00, count: 300)
                    + Array(repeating: UInt16(PAGEHEAP_MAP_RELEASED.rawValue), count: 41)
                    + Array(repeating: UInt16(PAGEHEAP_MAP_ABSENT.rawValue), count: 500)),
            HeapMap.Range(address: 0x7100_0000_0000, entries: [UInt16(PAGEHEAP_MAP_FREE.rawValue), 5 | 40 << 8]),
        ])

    @Test func aRasterHasEachPageOnceAndBeginsARowForEachRange() {
        let raster = MapRaster(map, width: 100, mostRows: 100)
        #expect(raster.pagesPerCell == 1)
        #expect(raster.rows.count == 12)
        #expect(raster.rows.allSatisfy { $0.count <= 100 })
        #expect(raster.rows[6] == Array(repeating: .full, count: 100))
        #expect(raster.rows[7] == Array(repeating: .large, count: 100))
        #expect(raster.rows[10] == Array(repeating: .released, count: 41))
        #expect(raster.rows[11] == [.free, .sparse])
    }

    @Test(arguments: [1, 7, 64, 512], [1, 2, 10, 100])
    func aRasterFits(width: Int, rows: Int) {
        let raster = MapRaster(map, width: width, mostRows: rows)
        #expect(raster.rows.count <= max(rows, 2))
        #expect(raster.rows.allSatisfy { $0.count <= width })
        #expect(raster.pagesPerCell.nonzeroBitCount == 1)
    }

    @Test func totalsAreBytes() {
        let totals = Dictionary(uniqueKeysWithValues: MapTotals(map).shown.map { ($0.state, $0.bytes.rawValue / 8192) })
        #expect(totals == [.full: 700, .large: 300, .released: 41, .absent: 500, .free: 1, .sparse: 1])
    }

    @Test func aSavedMapIsTheSameMap() throws {
        let saved = try JSONDecoder().decode(
            SavedMap.self, from: Data(try JSONText.bytes(of: SavedMap(map, program: "x", process: 7), .map)))
        let read = try saved.map()
        #expect(read.ranges.map(\.entries) == map.ranges.map(\.entries))
        #expect(read.ranges.map(\.address) == map.ranges.map(\.address))
        let text = MapText(
            map: read, title: "x", style: TerminalStyle(width: 60, hasColour: false, hasUnicode: true)
        ).text()
        #expect(text.contains("  reserved for the heap to grow, never used: 3.91 MiB"))
        #expect(text.contains("\n  LLL") && text.contains("# small blocks, more than half in use: 5.47 MiB"))
        #expect(XMLCheck().accepts(MapSVG(map: read, title: "<&\"").text()))
    }

    @Test(arguments: [
        "{}", "[]", "{\"program\":1}",
        "{\"program\":\"x\",\"process\":1,\"pageBytes\":8192,\"ranges\":[{\"address\":0,\"runs\":[[1]]}]}",
        "{\"program\":\"x\",\"process\":1,\"pageBytes\":0,\"ranges\":[]}",
        "{\"program\":\"x\",\"process\":1,\"pageBytes\":8192,\"ranges\":[{\"address\":0,\"runs\":[[9000000000000,1]]}]}",
        "{\"program\":\"x\",\"process\":1,\"pageBytes\":8192,\"ranges\":[{\"address\":0,\"runs\":[[1,70000]]}]}",
        "{\"program\":\"x\",\"process\":1,\"pageBytes\":8192,\"ranges\":[{\"address\":0,\"runs\":[[-1,1]]}]}",
    ])
    func aDamagedMapIsRefusedInOneLine(text: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try BuiltTool.run(["map", try folder.write(text, to: "map.json")])
        #expect(outcome.code == 66)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    /// The chunks' and the stream's checksums are those that readers compute.
    @Test(arguments: [1, 300])
    func aPictureIsAPNGFile(height: Int) throws {
        #expect(PNGImage.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
        let rows = (0..<height).map { row in (0..<333).map { UInt8(($0 + row) % 8) } }
        let bytes = PNGImage(palette: PageState.allCases.map(\.colour), width: 333, rows: rows).bytes()
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("x.png")))
        let script = """
            import struct, sys, zlib
            data, place, stream, names = open(sys.argv[1], 'rb').read(), 8, b'', []
            while place < len(data):
                size, name = struct.unpack('>I4s', data[place:place + 8])
                body = data[place + 8:place + 8 + size]
                assert zlib.crc32(name + body) == struct.unpack('>I', data[place + 8 + size:place + 12 + size])[0]
                names.append(name)
                stream += body if name == b'IDAT' else b''
                place += 12 + size
            pixels = zlib.decompress(stream)
            assert names == [b'IHDR', b'PLTE', b'IDAT', b'IEND'] and len(pixels) == \(334 * height), names
            assert pixels[335] == 1 if \(height) > 1 else True
            """
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        python.arguments = ["-c", script, folder.file("x.png")]
        try python.run()
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
    }

    @Test func aRunningProgramIsDrawn() throws {
        let program = try WatchedProgram()
        let folder = try TemporaryFolder()
        let drawn = try BuiltTool.run(["map", program.identifier], environment: ["COLUMNS": "80"])
        #expect(drawn.code == 0, "\(drawn.errors)")
        #expect(drawn.output.contains("small blocks, at most half in use") && drawn.output.contains("python3"))
        let (png, svg, json) = (folder.file("a.png"), folder.file("a.svg"), folder.file("a.json"))
        let saved = try BuiltTool.run(["map", "--png", png, "--svg", svg, "--json", json, program.identifier])
        #expect(saved.code == 0 && saved.output.isEmpty, "\(saved.errors)")
        #expect(XMLCheck().accepts(folder.text(of: "a.svg")))
        #expect(try BuiltTool.run(["map", json]).output.contains("python3"))
        #expect(try BuiltTool.run(["map", "--png", "/nowhere/x.png", json]).code == 74)
        let before = folder.text(of: "a.json")
        let replaced = try BuiltTool.run(["map", "--svg", folder.path + "/./a.json", json])
        #expect(replaced.code == 64 && replaced.errors.contains("which is to be read"), "\(replaced.errors)")
        #expect(folder.text(of: "a.json") == before)
    }

    /// Whatever the damage to a saved map, it is drawn or refused.
    @Test func damagedBytesNeverCrash() throws {
        let whole = try JSONText.bytes(of: SavedMap(map, program: "x", process: 7), .map)
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("damagedBytesNeverCrash: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
            }
            guard let saved = try? JSONDecoder().decode(SavedMap.self, from: Data(bytes)), let map = try? saved.map(),
                map.ranges.reduce(0, { $0 + $1.entries.count }) < 1 << 20
            else { continue }
            _ = MapPNG(map: map).bytes()
        }
    }
}
