/// What the doctor found out about one thing.
struct Finding: Hashable, Codable, Sendable {
    enum Verdict: String, Codable, Sendable {
        /// As it should be.
        case good
        /// PageHeap works, with a difference that the sentence names.
        case note
        /// PageHeap does not work, or not for this program.
        case problem
    }

    let topic: String
    let verdict: Verdict
    /// What is so, and what follows from it.
    let sentence: String
}
