/// The error numbers that make a difference. The same on all systems that the heap runs on.
package enum SystemError {
    /// EINVAL: a call that the kernel does not know, or pages that it must not take.
    package static var invalidArgument: Int32 { 22 }
}
