import PageHeapCore

/// A call that a heap made to its operating system. It has the addresses of heap memory, but not those of metadata,
/// which are real addresses and differ from run to run.
package enum SystemCall: Equatable, Sendable {
    case reserve(bytes: UInt, alignment: UInt, address: UInt?)
    case cancel(address: UInt, bytes: UInt)
    case makeAccessible(address: UInt, bytes: UInt, granted: Bool)
    case release(address: UInt, bytes: UInt, method: ReleaseMethod, error: Int32)
    case noteUse(address: UInt, bytes: UInt)
    case allowHugePages(address: UInt, bytes: UInt, granted: Bool)
    case forbidHugePages(address: UInt, bytes: UInt)
    case splitHugePage(address: UInt, bytes: UInt)
    case reserveMetadata(bytes: UInt, granted: Bool)
    case cancelMetadata(bytes: UInt)
    case makeMetadataAccessible(bytes: UInt, granted: Bool)

    /// The kind of the call, without its arguments.
    package var kind: SystemCallKind {
        switch self {
        case .reserve: .reserve
        case .cancel: .cancel
        case .makeAccessible: .makeAccessible
        case .release: .release
        case .noteUse: .noteUse
        case .allowHugePages: .allowHugePages
        case .forbidHugePages: .forbidHugePages
        case .splitHugePage: .splitHugePage
        case .reserveMetadata: .reserveMetadata
        case .cancelMetadata: .cancelMetadata
        case .makeMetadataAccessible: .makeMetadataAccessible
        }
    }
}
