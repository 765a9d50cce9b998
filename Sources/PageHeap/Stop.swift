/// Stops the program because of a mistake in it that the compiler cannot see, and says on standard error which one. In
/// release builds, too, where a failed precondition says nothing.
@usableFromInline
@inline(never)
func stop(_ reason: StaticString) -> Never { fatalError("PageHeap: \(reason)") }
