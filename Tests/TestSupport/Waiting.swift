import Foundation

/// Waits until a condition is true that another process or thread fulfils.
///
/// - Returns: false if the condition is still not true after a time that no sound machine needs.
package func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 60)
    while !condition() {
        if Date() > deadline { return false }
        usleep(2000)
    }
    return true
}
