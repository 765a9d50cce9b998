import Testing

@testable import PageHeapTool

struct ScriptHeaderTests {
    @Test(arguments: [
        ("#!/bin/sh\necho", "/bin/sh", nil),
        ("#! /bin/sh -e \n", "/bin/sh", "-e"),
        ("#!/usr/bin/env python3", "/usr/bin/env", "python3"),
        ("#!\t/a/b  c d\r\n", "/a/b", "c d"),
    ])
    func firstLinesAreRead(text: String, interpreter: String, argument: String?) throws {
        let header = try #require(ScriptHeader(firstBytes: Array(text.utf8)))
        #expect(header.interpreter == interpreter)
        #expect(header.argument == argument)
    }

    @Test(arguments: ["", "#", "#!", "#!\n/bin/sh", "echo"])
    func otherTextsAreNotScripts(text: String) {
        #expect(ScriptHeader(firstBytes: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("#!/usr/bin/env python3", "python3"),
        ("#!/usr/bin/env -S A=b node --x", "node"),
        ("#!/bin/sh -e", nil),
        ("#!/usr/bin/env", nil),
    ])
    func namesSoughtByEnvAreFound(text: String, name: String?) {
        #expect(ScriptHeader(firstBytes: Array(text.utf8))?.nameSoughtByEnvironment == name)
    }
}
