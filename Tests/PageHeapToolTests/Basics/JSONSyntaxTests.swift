import Foundation
import PageHeapSimulation
import TestSupport
import Testing

@testable import PageHeapTool

struct JSONSyntaxTests {
    @Test(arguments: [
        "{}", "[]", " [ ] ", "0", "-0.5e+10", "\"\\u00e9\\n\"", "[1,[2,{\"a\":[]}],null]",
        "{\"a\":true,\"b\":{\"c\":false}}",
    ])
    func textsThatAreJSONHaveNoFault(text: String) {
        #expect(JSONSyntax.fault(in: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("[1 2]", 3), ("01", 1), ("1.", 2), ("nul", 3), ("\"a", 2),
        ("\"\\x\"", 2), ("\"\\u12g4\"", 5), ("{\"a\":1,}", 7), ("{1:2}", 1), ("[}", 1), ("[1}", 2), ("1 1", 2),
        ("-", 1), ("1e", 2),
        ("\"\u{1}\"", 1),
    ])
    func faultsAreFound(text: String, offset: Int) {
        #expect(JSONSyntax.fault(in: Array(text.utf8)) == offset)
    }

    /// Texts that the decoder accepts and refuses, made by random changes of one that it accepts.
    @Test func whatTheDecoderAcceptsHasNoFault() {
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("whatTheDecoderAcceptsHasNoFault: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let sound = Array("{\"a\": [1, -2.5e3, \"x\\\\y\\u0041\", {}, [], true, null], \"b\": {\"c\": false}}".utf8)
        for _ in 0..<3000 {
            var text = sound
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.remove(at: place)
                case 1: text[place] = sound.randomElement(using: &random) ?? 0
                default: text.removeSubrange(place...)
                }
                if text.isEmpty { break }
            }
            let isAccepted = (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
            let fault = JSONSyntax.fault(in: text)
            if isAccepted { #expect(fault == nil, "\(String(decoding: text, as: UTF8.self))") }
            if let fault { #expect(fault <= text.count) }
        }
    }
}
