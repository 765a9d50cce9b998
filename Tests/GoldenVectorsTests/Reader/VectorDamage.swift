/// Why a file of golden cases cannot be read.
struct VectorDamage: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
