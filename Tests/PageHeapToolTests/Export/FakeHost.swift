import Foundation
import TestSupport

@testable import PageHeapTool

/// A host's file tree with processes that there are not.
struct FakeHost {
    let folder: TemporaryFolder

    /// The mappings of a program on the malloc library, before that of its page.
    static let library = "7f00-7f01 r-xp 00000000 08:01 77   /opt/lib/libpageheapmalloc.so\n"
    static let stranger = "7f00-7f01 r-xp 00000000 08:01 78   /usr/lib/libc.so.6\n"
    static let pages = "dev/shm/pageheap"

    init() throws {
        folder = try TemporaryFolder()
        try write("root:x:0:0::/root:/bin/sh\nweb:x:33:33::/:/bin/sh\n", to: "etc/passwd")
    }

    var tree: HostTree { HostTree(root: folder.path + "/") }

    func collector(most: Int = 5000, lookTime: Duration = .seconds(60)) -> FleetCollector {
        FleetCollector(
            host: tree, limits: FleetCollector.Limits(processes: most, walkInterval: .zero, lookTime: lookTime))
    }

    /// Adds a process, or replaces what is said of it.
    ///
    /// - Parameters:
    ///   - start: its start time.
    ///   - stack: the place of its stack, which differs between programs.
    ///   - maps: its mappings; the default is that of a program that publishes.
    func add(
        _ process: Int32, name: String = "server", start: Int = 1000, stack: Int = 5, user: Int = 33,
        maps: String? = nil, group: String = "0::/system.slice/web.service\n", page: [UInt8]? = nil,
        pageName: String? = nil
    ) throws {
        let place = "proc/\(process)"
        var fields = Array(repeating: "0", count: 49)
        fields[22 - 4] = "\(start)"
        fields[24 - 4] = "3"
        fields[28 - 4] = "\(stack)"
        try write("\(process) (\(name)) S \(fields.joined(separator: " "))\n", to: "\(place)/stat")
        try write("Name:\tx\nUid:\t0\t\(user)\t0\t0\nNSpid:\t\(process)\t1\n", to: "\(place)/status")
        try write(group, to: "\(place)/cgroup")
        try write("", to: "\(place)/environ")
        try FileManager.default.createDirectory(
            atPath: folder.file("\(place)/root/\(Self.pages)"), withIntermediateDirectories: true)
        var mappings = maps ?? Self.library + Self.mapping("/\(Self.pages)/1.0")
        if let page {
            let path = pagePath(of: process, pageName ?? "1.0")
            try write(page, to: path)
            mappings = mappings.replacingOccurrences(
                of: " \(Self.anyFile) ", with: " \(Self.number(of: folder.file(path))) ")
        }
        try write(mappings, to: "\(place)/maps")
    }

    /// Stands for the number of a mapped file until the file is made.
    private static let anyFile = 4711

    private static func number(of path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    func remove(_ process: Int32) throws { try FileManager.default.removeItem(atPath: folder.file("proc/\(process)")) }

    func pagePath(of process: Int32, _ name: String = "1.0") -> String { "proc/\(process)/root/\(Self.pages)/\(name)" }

    static func mapping(_ path: String, mode: String = "rw-s") -> String {
        "7f10-7f11 \(mode) 00000000 00:1a \(anyFile)   \(path)\n"
    }

    /// A page with a value in use that tells it from others.
    static func page(inUse: UInt64) -> [UInt8] {
        var page = StatisticsPageTests.page()
        page.statistics.in_use_bytes = inUse
        return StatisticsPageTests.bytes(of: page)
    }

    private func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    private func write(_ content: [UInt8], to name: String) throws {
        let parent = (folder.file(name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try folder.write(content, to: name)
    }
}

extension FleetSnapshot {
    /// The whole text.
    func text(openMetrics: Bool = false) -> String {
        var parts = FleetText(self, openMetrics ? .openMetrics : .text)
        var text: [UInt8] = []
        while let part = parts.next() { text += part }
        return String(decoding: text, as: UTF8.self)
    }

    /// What the processes have in use, by the labels' text.
    var inUse: [String: UInt64] {
        Dictionary(
            uniqueKeysWithValues: readings.compactMap { reading in
                reading.figures.map { (String(decoding: reading.labels, as: UTF8.self), $0[\.in_use_bytes]) }
            })
    }
}
