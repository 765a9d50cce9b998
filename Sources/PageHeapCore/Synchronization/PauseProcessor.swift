import CPageHeap

/// Tells the processor that this thread is spinning.
@inline(__always)
package func pauseProcessor() { pageheap_pause() }
