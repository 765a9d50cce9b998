import PageHeapCore

extension HeapConfiguration {
    /// The pace of the original: cycles of a second, and a controller. Most tests of the worker were written for it.
    static var original: HeapConfiguration {
        var configuration = HeapConfiguration()
        configuration.pacer = .controller
        return configuration
    }
}
