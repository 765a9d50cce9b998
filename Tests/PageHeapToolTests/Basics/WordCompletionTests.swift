import TestSupport
import Testing

@testable import PageHeapTool

struct WordCompletionTests {
    private let folder: TemporaryFolder
    private let home: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        home = try TemporaryFolder()
        try folder.write("", to: "python9", mode: 0o755)
        try folder.write("", to: "pyramid.txt")
        try folder.write("", to: ".python-hidden", mode: 0o755)
        try home.write("", to: "server", mode: 0o755)
    }

    private func completion(_ words: String...) -> WordCompletion {
        WordCompletion(
            words: ["pageheap"] + words, index: words.count, prefix: words.last ?? "",
            environment: ["PATH": folder.path, "HOME": home.path])
    }

    @Test func theProgramIsOneOfThoseInPathOrAFile() {
        #expect(completion("run", "--", "pyt").programs == ["python9"])
        #expect(completion("run", "--quiet", "pyt").programs == ["python9"])
        let files = ["\(folder.path)/pyramid.txt", "\(folder.path)/python9"]
        #expect(completion("run", "\(folder.path)/py").programs == files)
        #expect(completion("run", "--", "~/s").programs == ["~/server"])
        #expect(completion("run", "--", "no such program").programs == [])
    }

    @Test func itsArgumentsAreFiles() {
        #expect(completion("run", "--", "make", "pyt").programs == [])
        #expect(completion("run", "--", "make", "\(folder.path)/pyr").programs == ["\(folder.path)/pyramid.txt"])
    }

    @Test func namesOfFoldersEndInASlash() {
        #expect(completion("run", "--", folder.path).programs == [folder.path + "/"])
    }

    @Test func allocatorsAreNamedOneAfterAnother() {
        #expect(completion("compare", "--with", "").allocators.starts(with: ["pageheap", "glibc", "jemalloc"]))
        #expect(completion("compare", "--with", "glibc,je").allocators == ["glibc,jemalloc"])
        let start = "glibc,\(folder.path)/"
        #expect(completion("compare", "--with", start + "pyt").allocators == [start + "python9"])
    }

    @Test func aValueOfCtlFitsTheAction() {
        #expect(completion("ctl", "1", "trace", "").controlValues == ["off", "text", "json"])
        #expect(completion("ctl", "1", "hard-limit", "n").controlValues == ["none"])
        #expect(completion("ctl", "1", "release", "").controlValues == [])
        #expect(completion("ctl", "1", "profile", "\(folder.path)/pyr").controlValues == ["\(folder.path)/pyramid.txt"])
    }
}
