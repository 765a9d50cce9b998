/// Costs of releasing memory beyond the time of the call.
package enum ReleaseCosts {
    /// The extra cost of reusing a released page, as a fraction of the cost of its release. The pacers add it to the
    /// time worked.
    package static var reuseRatio: Double {
        #if canImport(Darwin)
            Tunables.darwinReuseCostRatio
        #else
            0
        #endif
    }
}
