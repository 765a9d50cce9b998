/// What a picture tells of a page.
enum PageState: UInt8, CaseIterable, Sendable {
    case absent, released, free, cached
    /// A page of small blocks of which at most a quarter, half, or more is in use.
    case sparse, half, full
    case large

    init(_ entry: UInt16) {
        switch HeapMap.kind(entry) {
        case .absent: self = .absent
        case .released: self = .released
        case .free: self = .free
        case .cached: self = .cached
        case .used(0): self = .large
        case .used:
            let share = HeapMap.usedShare(entry)
            self = share <= 0.25 ? .sparse : share <= 0.5 ? .half : .full
        }
    }

    var name: String {
        switch self {
        case .absent: "reserved for the heap to grow, never used"
        case .released: "free, given back or never used"
        case .free: "free, kept"
        case .cached: "free, in a cache"
        case .sparse: "small blocks, at most a quarter in use"
        case .half: "small blocks, at most half in use"
        case .full: "small blocks, more than half in use"
        case .large: "large blocks"
        }
    }

    /// Its colour in a picture, as 0xRRGGBB.
    var colour: UInt32 {
        switch self {
        case .absent: 0xffffff
        case .released: 0xdfe3e8
        case .free: 0xf2a541
        case .cached: 0xf6d55c
        case .sparse: 0xa8ddb5
        case .half: 0x58b789
        case .full: 0x1b7f5c
        case .large: 0x2b6cb0
        }
    }

    /// Its colour on a dark page: what is not there is dark.
    var darkColour: UInt32 {
        switch self {
        case .absent: 0x0d1117
        case .released: 0x36404e
        case .full: 0x23966d
        case .large: 0x3f86d4
        case .free, .cached, .sparse, .half: colour
        }
    }

    /// A colour in CSS and SVG.
    static func css(_ colour: UInt32) -> String {
        let digits = String(colour, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// Its name in JSON and in style sheets.
    var key: String {
        switch self {
        case .absent: "absent"
        case .released: "released"
        case .free: "free"
        case .cached: "cached"
        case .sparse: "sparse"
        case .half: "half"
        case .full: "full"
        case .large: "large"
        }
    }

    /// The states that a page of the heap may have.
    static let ofTheHeap = allCases.filter { $0 != .absent }

    /// The state that most pages of the heap have; of two, the one that says more of memory that is there. It is absent if no page
    /// is the heap's.
    ///
    /// - Parameter counts: pages, in the order of the states.
    static func commonest(_ counts: [Int]) -> PageState {
        ofTheHeap.reduce(.absent) { best, state in
            let count = counts[Int(state.rawValue)]
            return count > 0 && (best == .absent || count >= counts[Int(best.rawValue)]) ? state : best
        }
    }

    /// Its character on a terminal.
    var character: Character {
        switch self {
        case .absent: " "
        case .released: "."
        case .free: "o"
        case .cached: "c"
        case .sparse: "-"
        case .half: "+"
        case .full: "#"
        case .large: "L"
        }
    }
}
