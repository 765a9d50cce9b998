/// Returns its argument and hides it from the optimiser, which must not make a copy of the allocator for a constant.
@inline(never) @_optimize(none)
func hiddenFromOptimizer(_ value: UInt) -> UInt { value }
