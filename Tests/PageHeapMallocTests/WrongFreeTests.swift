import Foundation
import Testing

/// A wrong free ends the program by an abort, with one line that names the kind and the address.
@Suite(.needsCompiler)
struct WrongFreeTests {
    private static let foreign = "free of a pointer that is not from this heap, or was freed before: "
    private static let misaligned = "free of a pointer that is not a multiple of 16: "
    private static let insideLarge = "free of a pointer into the middle of a large block: "
    private static let insideSmall = "free of a pointer into the middle of a block: "
    private static let double = "double free: "

    @Test(
        arguments: [
            ("stack", foreign), ("global", foreign), ("low", foreign), ("misaligned", misaligned),
            ("inside-large", insideLarge), ("inside-large-page", insideLarge), ("resize-foreign", foreign),
            ("resize-inside-large", insideLarge), ("usable-foreign", foreign), ("large-twice", foreign),
            ("small-twice", double), ("small-twice-later", foreign),
            ("small-twice-with-all", double), ("inside-small", insideSmall), ("small-twice-at-once", double),
            ("resize-freed", double),
        ], [0, 1, 2])
    func aWrongFreeStopsTheProgramAtAnyLevel(_ check: (name: String, text: String), level: Int) throws {
        // A block in quarantine is known as one that was freed.
        let isQuarantined = level == 2 && ["large-twice", "small-twice-later"].contains(check.name)
        try expectStop(check.name, isQuarantined ? Self.double : check.text, level: level)
    }

    @Test(
        arguments: [
            ("inside-small-at-once", insideSmall), ("resize-inside-small", insideSmall),
        ])
    func aWrongFreeOfASmallBlockStopsTheProgramAtTheCall(_ check: String, _ text: String) throws {
        try expectStop(check, text, level: 1)
        try expectStop(check, text, level: 2)
        let unchecked = try ChildProcess.run(try TestPrograms.program("wrong_frees"), [check])
        #expect(unchecked.signal == nil, "level 0 promises nothing here: \(unchecked)")
    }

    private func expectStop(_ check: String, _ text: String, level: Int) throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("wrong_frees"), [check], environment: ["PAGEHEAP_HARDENING": "\(level)"])
        #expect(outcome.signal == SIGABRT, "\(outcome)")
        let address = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(address.hasPrefix("0x"), "\(outcome)")
        #expect(outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.errors.hasPrefix("pageheap: \(text)\(address)"), "\(outcome)")
    }
}
