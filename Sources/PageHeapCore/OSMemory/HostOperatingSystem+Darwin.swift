#if canImport(Darwin)
    import CPageHeap

    extension HostOperatingSystem {
        package func noteUse(_ address: UInt, _ bytes: ByteCount) {
            guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
            // Failure is harmless: the reported footprint is merely too low.
            _ = pageheap_reuse_range(pointer, bytes.rawValue)
        }
    }
#endif
