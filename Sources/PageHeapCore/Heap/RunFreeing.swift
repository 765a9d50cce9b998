/// The result of freeing a run of pages.
package enum RunFreeing {
    /// The pages do not make up a run that can be freed; nothing has changed.
    case refused
    /// The pages are free.
    case freed
    /// The pages are free, and they were the last ones of an abandoned heap: the caller must tear it down.
    case freedLast
}
