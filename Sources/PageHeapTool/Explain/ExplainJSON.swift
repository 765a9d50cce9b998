/// The account of a process's memory as JSON.
struct ExplainJSON: Encodable, Sendable {
    let process: Int32
    let name: String
    let residentBytes: ByteCount
    let parts: [Part]
    let classes: [MemoryAccount.ClassPart]
    let metadataBytes: ByteCount
    let isHeapDivided: Bool
    let isConsistent: Bool
    let sentence: String

    struct Part: Encodable, Sendable {
        let kind: MemoryPart.Kind
        let bytes: ByteCount
        let name: String
        let isHeap: Bool
        let remedy: String?
    }

    init(_ reading: MemoryReading.Result) {
        process = reading.snapshot.process
        name = reading.snapshot.name
        residentBytes = reading.account.resident
        parts = reading.account.parts.map {
            Part(kind: $0.kind, bytes: $0.bytes, name: $0.name, isHeap: $0.isHeap, remedy: $0.remedy)
        }
        classes = reading.account.classes
        metadataBytes = reading.account.books
        isHeapDivided = reading.missing == nil
        isConsistent = reading.isConsistent
        sentence = ExplainSentence(reading.account).text
    }

    func bytes() throws -> [UInt8] { try JSONText.bytes(of: self, .account) }
}
