import CPageHeapInterface

/// A figure of a heap: a field of `struct pageheap_statistics`, with its unit and meaning, and what it is called where
/// it is shown. ``all`` is the one list of them, which the Swift library, the metrics, the command and the
/// documentation are made from or tested against.
package struct Figure: Sendable {
    /// How a figure changes.
    package enum Kind: String, Sendable {
        /// A value that rises and falls.
        case gauge
        /// A total that only grows. Its name ends in `_total`.
        case counter
    }

    /// The unit of a figure, which its name contains, unless it counts what the name says.
    package enum Unit: String, Sendable {
        case bytes, nanoseconds, count
    }

    /// The name of the C field.
    package let name: String
    package let field: WritableKeyPath<pageheap_statistics, UInt64> & Sendable
    package let kind: Kind
    package let unit: Unit
    /// The meaning in one sentence.
    package let meaning: String
    /// The name of the property of `PagedHeap.Statistics`, if it has one.
    package let property: String?
    /// The key in the JSON of the scavenger trace, if it is in there.
    package let traceKey: String?
    /// The series in the metrics, if it is in there.
    package let metric: Series?

    /// A series of a metric.
    package struct Series: Sendable {
        package let name: String
        /// Names and values of the dimensions.
        package let dimensions: [(String, String)]

        package init(_ name: String, _ dimensions: (String, String)...) {
            self.name = name
            self.dimensions = dimensions
        }
    }

    /// Creates a figure. Kind and unit follow from the name.
    init(
        _ name: String, _ field: WritableKeyPath<pageheap_statistics, UInt64> & Sendable, _ meaning: String,
        property: String? = nil, trace traceKey: String? = nil, metric: Series? = nil
    ) {
        self.name = name
        self.field = field
        self.meaning = meaning
        self.property = property
        self.traceKey = traceKey
        self.metric = metric
        kind = name.hasSuffix("_total") ? .counter : .gauge
        unit = name.contains("_bytes") ? .bytes : name.contains("_nanoseconds") ? .nanoseconds : .count
    }

    /// Whether the value that stands for 'none' may occur.
    package var mayBeNone: Bool { name == "goal_bytes" || name.hasSuffix("limit_bytes") || name == "limit_goal_bytes" }

    /// Whether the figures of several heaps add up. Otherwise the largest stands for all of them.
    package var addsUp: Bool {
        name != "age_nanoseconds" && name != "caller_release" && name != "memory_limit_origin"
    }

    /// The figure's value; nil for 'none'.
    package func value(in statistics: pageheap_statistics) -> UInt64? {
        let value = statistics[keyPath: field]
        return mayBeNone && value == .max ? nil : value
    }

    /// The figure with a given name, which must exist.
    package static func named(_ name: String) -> Figure {
        guard let figure = all.first(where: { $0.name == name }) else { preconditionFailure("no figure \(name)") }
        return figure
    }
}
