/// What came of freeing a run.
package enum RunFreeing {
    /// The pages are not what can be freed; nothing has happened.
    case refused
    /// The pages are free.
    case freed
    /// The same, and they were the last ones of a heap that nobody else uses: who freed them takes it down.
    case freedLast
}
