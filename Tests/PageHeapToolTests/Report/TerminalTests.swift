import Foundation
import Testing

@testable import PageHeapTool

struct TerminalTests {
    let result = RunResult.make(samples: [
        .make(0, 10, inUse: 5), .make(2, 40, inUse: 30), .make(4, 64, inUse: 60), .make(6, 30, inUse: 8),
        .make(9, 12, inUse: 5),
    ])

    @Test func theCurveIsDrawn() {
        let style = TerminalStyle(width: 40, hasColour: false, hasUnicode: true)
        let expected = """
              64 MiB ┤            ░░░░░░
                     │            ██████
                     │            ██████
              48 MiB ┤            ██████
                     │      ░░░░░░██████
                     │      ░░░░░░██████
              32 MiB ┤      ████████████░░░░░░░░░
                     │      ████████████░░░░░░░░░
                     │      ████████████░░░░░░░░░
              16 MiB ┤      ████████████░░░░░░░░░
                     │░░░░░░█████████████████████░░░
                     │██████████████████████████████
                   0 └──────────────────────────────
                      0 s                     10.0 s
                      █ in use
                      ░ resident beyond that
            """
        #expect(TerminalCurve(result: result, style: style).lines().joined(separator: "\n") == expected)
    }

    @Test func asciiOutputHasNoOtherCharacters() {
        let style = TerminalStyle(width: 60, hasColour: false, hasUnicode: false)
        let lines = TerminalCurve(result: result, style: style).lines()
        #expect(lines.joined().utf8.allSatisfy { $0 < 0x80 && $0 != 0x1b })
        #expect(lines.allSatisfy { $0.count <= 60 })
    }

    @Test(arguments: 10...45) func nothingOfTheCurveIsWiderThanTheTerminal(width: Int) {
        let style = TerminalStyle(width: width, hasColour: false, hasUnicode: true)
        for line in TerminalCurve(result: result, style: style).lines() { #expect(line.count <= width, "\(line)") }
    }

    @Test func colourIsResetOnEachLine() {
        let style = TerminalStyle(width: 80, hasColour: true, hasUnicode: true)
        for line in TerminalCurve(result: result, style: style).lines() {
            let codes = line.components(separatedBy: "\u{1b}[")
            #expect(codes.count % 2 == 1, "\(line)")
        }
    }

    @Test func columnsWithoutSamplesRepeatTheLastSample() {
        let columns = TerminalCurve(result: result, style: TerminalStyle(width: 80, hasColour: false, hasUnicode: true))
            .columns(count: 10)
        #expect(columns.map { Int($0.resident) >> 20 } == [10, 10, 40, 40, 64, 64, 30, 30, 30, 12])
    }

    @Test func thereIsNoCurveWithoutSamples() {
        let style = TerminalStyle(width: 80, hasColour: false, hasUnicode: true)
        #expect(TerminalCurve(result: .make(samples: []), style: style).lines().isEmpty)
        let text = RunSummary(result: .make(samples: []), style: style, written: []).text()
        #expect(text.contains("not seen"))
    }

    @Test func theEnvironmentDecidesTheStyle() {
        func style(_ variables: [String: String], terminal: Bool = true) -> TerminalStyle {
            TerminalStyle(isTerminal: terminal, columns: nil, variables: variables)
        }
        #expect(style([:]).hasColour)
        #expect(style(["NO_COLOR": ""]).hasColour)
        #expect(!style(["NO_COLOR": "1"]).hasColour)
        #expect(!style(["TERM": "dumb"]).hasColour)
        #expect(!style([:], terminal: false).hasColour)
        #expect(style([:]).hasUnicode)
        #expect(style(["LANG": "de_DE.UTF-8"]).hasUnicode)
        #expect(!style(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]).hasUnicode)
        #expect(style(["LC_ALL": "C.utf8"]).hasUnicode)
        #expect(style(["COLUMNS": "100"]).width == 100)
        #expect(style(["COLUMNS": "7"]).width == 10)
        #expect(style([:]).width == 80)
    }

    @Test func theSummarySaysHowTheProgramEndedAndWhatIsNext() {
        var killed = result
        killed.signal = 9
        killed.exitCode = 137
        killed.notes = ["A note."]
        let style = TerminalStyle(width: 80, hasColour: false, hasUnicode: true)
        let text = RunSummary(result: killed, style: style, written: [(.report, "run.html")]).text()
        #expect(text.contains("pageheap: program was killed by signal 9 (SIGKILL)\n"))
        #expect(text.contains("  peak resident         64.0 MiB\n"))
        #expect(text.contains("  scavenging             0.050 s  1.0 % of all CPU time\n"))
        #expect(text.contains("  scavenger's share        0.2 %  of 2 processors, 12 wake-ups\n"))
        #expect(text.contains("\n  A note.\n"))
        #expect(text.contains("\n  report written to run.html\n"))
        #expect(text.contains("\n  next: open run.html in a browser"))
        #expect(!text.contains("\u{1b}"))
    }
}
