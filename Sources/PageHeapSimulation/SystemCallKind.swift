/// The kinds of operating system calls that change something or can be refused.
package enum SystemCallKind: CaseIterable, Hashable, Sendable {
    case reserve, cancel, makeAccessible, release, findResidentPages, noteUse
    case allowHugePages, forbidHugePages, splitHugePage
    case reserveMetadata, cancelMetadata, makeMetadataAccessible

    /// Whether the call asks for memory or address space, so that every heap must handle a refusal.
    package var asksForMemory: Bool {
        switch self {
        case .reserve, .makeAccessible, .reserveMetadata, .makeMetadataAccessible,
            .allowHugePages:
            true
        case .cancel, .release, .findResidentPages, .noteUse, .cancelMetadata, .forbidHugePages, .splitHugePage: false
        }
    }
}
