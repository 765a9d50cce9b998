import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct DoctorTests {
    let root: TemporaryFolder

    init() throws {
        root = try TemporaryFolder()
    }

    private func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: root.file(path))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private func verdicts(_ exam: MachineExam) -> [String: Finding.Verdict] {
        Dictionary(uniqueKeysWithValues: exam.findings.map { ($0.topic, $0.verdict) })
    }

    private func usualMachine() throws {
        try write("always [madvise] never\n", to: "sys/kernel/mm/transparent_hugepage/enabled")
        try write("0\n", to: "proc/sys/vm/overcommit_memory")
        try write("65530\n", to: "proc/sys/vm/max_map_count")
        try write("Name:\tx\nSeccomp:\t0\n", to: "proc/self/status")
        try write("some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n", to: "proc/pressure/memory")
    }

    private var exam: MachineExam {
        MachineExam(root: FilePath(root.path), pageBytes: 4096, hasMembarrier: true, addressSpaceLimit: nil)
    }

    @Test func aUsualMachineIsGood() throws {
        try usualMachine()
        let notGood = exam.findings.filter { $0.verdict != .good }
        #expect(notGood.isEmpty, "\(notGood)")
    }

    @Test func whatEveryProgramLoadsIsNamed() throws {
        try usualMachine()
        func finding() -> Finding? { exam.findings.first { $0.topic == "every program" } }
        #expect(finding()?.verdict == .good)
        try write("", to: "lib/other.so")
        try write("# libraries\n/lib/other.so  # /lib/none.so\n", to: "etc/ld.so.preload")
        #expect(finding()?.verdict == .good)
        try write("/lib/other.so:/lib/none.so", to: "etc/ld.so.preload")
        #expect(finding()?.verdict == .problem && finding()?.sentence.contains("'/lib/none.so'") == true)
        let library = try BuiltTool.requireLibrary()
        try FileManager.default.copyItem(atPath: library, toPath: root.file("lib/malloc.so"))
        try write("/lib/other.so\t/lib/malloc.so\n", to: "etc/ld.so.preload")
        #expect(finding()?.verdict == .note && finding()?.sentence.contains("'/lib/malloc.so'") == true)
        // No allocator is compared with what every program has anyway.
        let finder = LibraryFinder(libraryPath: nil, root: FilePath(root.path), refusal: { _ in nil })
        let pageHeap = try PreloadLibrary(named: FilePath(library))
        for names in [nil, ["glibc"], ["pageheap:PAGEHEAP_PACER=average", "glibc"]] {
            #expect(throws: ToolError.self) { try AllocatorSelection(names: names, pageHeap: pageHeap, finder: finder) }
        }
    }

    @Test func whatMakesADifferenceIsNoted() throws {
        try usualMachine()
        try write("[always] madvise never\n", to: "sys/kernel/mm/transparent_hugepage/enabled")
        try write("2\n", to: "proc/sys/vm/overcommit_memory")
        try write("1000\n", to: "proc/sys/vm/max_map_count")
        try write("Name:\tx\nSeccomp:\t2\n", to: "proc/self/status")
        try FileManager.default.removeItem(atPath: root.file("proc/pressure"))
        let odd = MachineExam(
            root: FilePath(root.path), pageBytes: 65_536, hasMembarrier: false, addressSpaceLimit: 1 << 30)
        let found = verdicts(odd)
        for topic in [
            "huge pages", "overcommit", "mappings", "system calls", "memory pressure", "page size", "membarrier",
            "address space",
        ] {
            #expect(found[topic] == .note, "\(topic)")
        }
    }

    @Test func anEmptyMachineIsNoProblem() {
        #expect(!exam.findings.contains { $0.verdict == .problem })
    }

    @Test func programsThatCannotRunOnPageHeapAreProblems() throws {
        let library = try BuiltTool.requireLibrary()
        let program = root.file("program")
        try Data(ELFImage.make()).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let outcome = try BuiltTool.run(["doctor", "--library", library, "--json", program])
        #expect(outcome.code == 1)
        let findings = try JSONDecoder().decode([Finding].self, from: Data(outcome.output.utf8))
        let problems = findings.filter { $0.verdict == .problem }
        #expect(problems.map(\.topic) == ["loading"])
        #expect(problems.first?.sentence.contains("is statically linked") == true)
        let good = try BuiltTool.run(["doctor", "true"])
        #expect(good.code == 0, "\(good.output)")
        #expect(good.output.contains("The loader loads PageHeap into"))
        #expect(try BuiltTool.run(["doctor", "no-such-program"]).code == 127)
    }

    @Test func aProgramWithAMallocOfItsOwnIsRecognized() throws {
        let library = try BuiltTool.requireLibrary()
        let content = try FileReading.bytes(of: FilePath(library), limit: 1 << 30)
        let symbols = try #require(DynamicSymbols(content))
        #expect(symbols.defines("malloc"))
        #expect(symbols.defines("pageheap_statistics"))
        #expect(!symbols.defines("abort"))
        #expect(DynamicSymbols(of: "/bin/true")?.defines("malloc") == false)
        // Whatever the damage, there is an answer.
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("aProgramWithAMallocOfItsOwnIsRecognized: seed \(seed)")
        var state = seed
        for length in [0, 5, 63, 64, 4096] { _ = DynamicSymbols(Array(content.prefix(length))) }
        let small = try FileReading.bytes(of: "/bin/true")
        for _ in 0..<200 {
            var damaged = small
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Half of the damage hits the header.
                let limit = state & 1 << 20 == 0 ? 64 : damaged.count
                damaged[Int(state >> 33) % limit] = UInt8(truncatingIfNeeded: state >> 24)
            }
            _ = DynamicSymbols(damaged)
        }
    }
}
