/// What the release of memory costs on the system beyond the time that it takes.
package enum ReleaseCosts {
    /// What re-use of a released page costs beyond the release, as a share of the release. Part of the pace.
    package static var reuseRatio: Double {
        #if canImport(Darwin)
            Tunables.darwinReuseCostRatio
        #else
            0
        #endif
    }
}
