import Foundation

/// The number in an environment variable of the test run, such as `PAGEHEAP_SEED`; nil if there is none.
package func environmentNumber(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
}
