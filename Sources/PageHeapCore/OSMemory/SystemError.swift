/// The error numbers that the heap distinguishes. They are the same on all systems it runs on.
package enum SystemError {
    /// EINVAL: a call that the kernel does not know, or pages that it must not take, such as locked ones.
    package static var invalidArgument: Int32 { 22 }
}
