/// The calls of an operating system that change something.
package enum SystemCallKind: CaseIterable, Hashable, Sendable {
    case reserve, cancel, makeAccessible, release
    case reserveMetadata, cancelMetadata, makeMetadataAccessible, makeMetadataReadable
}
