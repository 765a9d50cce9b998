import PageHeapCore

extension ByteCount {
    /// Reads an amount as the library's options are read: `536870912`, `512M`, `2GiB`. Nil if the text is none.
    init?(parsing text: String) {
        // A zero byte would end the text early.
        guard !text.utf8.contains(0), let bytes = text.withCString({ TextSlice(cString: $0).byteCount }) else {
            return nil
        }
        self.init(UInt64(bytes.rawValue))
    }
}
