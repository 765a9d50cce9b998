/// Answers its argument, without the optimiser knowing: a constant request must not make a special copy of the allocator.
@inline(never) @_optimize(none)
func hiddenFromOptimizer(_ value: UInt) -> UInt { value }
