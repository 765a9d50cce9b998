import Foundation
import Testing

/// A wrong free ends the program by an abort, with one line that names the call, the kind and the address.
@Suite(.needsCompiler)
struct WrongFreeTests {
    private static let foreign = " of a pointer that is not from this heap, or was freed before: "
    private static let misaligned = " of a pointer that is not a multiple of 16: "
    private static let insideLarge = " of a pointer into the middle of a large block: "
    private static let insideSmall = " of a pointer into the middle of a block: "
    private static let free = " of a block that is free already: "
    private static let double = "double free: "

    @Test(
        arguments: [
            ("stack", "free" + foreign), ("global", "free" + foreign), ("low", "free" + foreign),
            ("misaligned", "free" + misaligned), ("inside-large", "free" + insideLarge),
            ("inside-large-page", "free" + insideLarge), ("inside-small", "free" + insideSmall),
            ("large-twice", "free" + foreign), ("small-twice", double), ("small-twice-later", "free" + foreign),
            ("small-twice-with-all", double), ("small-twice-at-once", double),
            ("resize-foreign", "realloc" + foreign), ("resize-inside-large", "realloc" + insideLarge),
            ("resize-misaligned", "realloc" + misaligned), ("resize-freed", "realloc" + free),
            ("resize-freed-large", "realloc" + foreign), ("usable-foreign", "malloc_usable_size" + foreign),
            ("delete-foreign", "free" + foreign),
        ], [0, 1, 2])
    func aWrongFreeStopsTheProgramAtAnyLevel(_ check: (name: String, text: String), level: Int) throws {
        let other: String? =
            switch (check.name, level) {
            // A block in quarantine is known as one that was freed.
            case ("large-twice", 2), ("small-twice-later", 2): Self.double
            case ("resize-freed-large", 2): "realloc" + Self.free
            // Found when the old place is freed.
            case ("resize-freed", 0): Self.double
            default: nil
            }
        try expectStop(check.name, other ?? check.text, level: level)
    }

    @Test(
        arguments: [
            ("inside-small-at-once", "free" + insideSmall), ("resize-inside-small", "realloc" + insideSmall),
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
