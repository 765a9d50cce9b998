/// How much of a trace the allocator has to reproduce.
enum GoldenBinding {
    /// All of it, the scavenger's search included.
    case everything
    /// What is allocated, and where, but not which pages are scavenged: the trace's scavenger searches by another
    /// design.
    case allocation
}
