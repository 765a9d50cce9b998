import Foundation

/// A JSON value of a golden case, with the name of the field that it came from. Its properties throw ``VectorDamage``,
/// which names the field, if the value has another type.
struct VectorValue {
    private let raw: Any
    /// The path of names and indices that leads here.
    let field: String

    init(_ raw: Any, field: String) {
        self.raw = raw
        self.field = field
    }

    /// A value of an object.
    func member(_ name: String) throws -> VectorValue {
        guard let object = raw as? [String: Any] else { throw damage("an object") }
        guard let value = object[name] else { throw VectorDamage("\(field)\(name) is missing") }
        return VectorValue(value, field: field.isEmpty ? name : "\(field).\(name)")
    }

    /// Whether it is an object with a value of this name.
    func has(_ name: String) -> Bool { (raw as? [String: Any])?[name] != nil }

    /// Whether it is an object, not an array.
    var isObject: Bool { raw is [String: Any] }

    /// The values of an array.
    var elements: [VectorValue] {
        get throws {
            guard let array = raw as? [Any] else { throw damage("an array") }
            return array.enumerated().map { VectorValue($1, field: "\(field)[\($0)]") }
        }
    }

    /// The values of an array that has at least `count`.
    func elements(atLeast count: Int) throws -> [VectorValue] {
        let values = try elements
        guard values.count >= count else { throw damage("an array of at least \(count)") }
        return values
    }

    /// An integer.
    var integer: Int {
        get throws {
            guard let number = raw as? Int else { throw damage("an integer") }
            return number
        }
    }

    /// An integer in a range.
    func integer(in range: ClosedRange<Int>) throws -> Int {
        let number = try integer
        guard range.contains(number) else { throw damage("an integer in \(range)") }
        return number
    }

    /// An integer that is not negative.
    var unsigned: UInt {
        get throws {
            guard let number = raw as? UInt else { throw damage("an integer of at least 0") }
            return number
        }
    }

    /// A power of two in a range.
    func powerOfTwo(in range: ClosedRange<UInt>) throws -> UInt {
        let number = try unsigned
        guard range.contains(number), number & (number &- 1) == 0, number != 0 else {
            throw damage("a power of two in \(range)")
        }
        return number
    }

    var text: String {
        get throws {
            guard let text = raw as? String else { throw damage("a string") }
            return text
        }
    }

    var bool: Bool {
        get throws {
            guard let bool = raw as? Bool else { throw damage("true or false") }
            return bool
        }
    }

    var isNull: Bool { raw is NSNull }

    /// The error to throw if something else was expected.
    func damage(_ wanted: String) -> VectorDamage {
        VectorDamage("\(field.isEmpty ? "the line" : field) should be \(wanted), is \(String("\(raw)".prefix(80)))")
    }
}
