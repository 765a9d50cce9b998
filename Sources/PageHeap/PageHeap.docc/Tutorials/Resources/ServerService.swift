import Logging
import PageHeapService
import ServiceLifecycle

/// Runs a server, with the process's malloc among its services: metrics every ten seconds, warnings near the limit.
func run(_ server: any Service, logger: Logger) async throws {
    let memory = try HeapService(logger: logger)
    try await ServiceGroup(services: [memory, server], logger: logger).run()
}
