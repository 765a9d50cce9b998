/// A file of golden cases cannot be read as what it should be.
struct VectorDamage: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
