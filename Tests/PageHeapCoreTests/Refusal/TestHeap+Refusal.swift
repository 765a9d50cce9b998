import PageHeapCore
import PageHeapSimulation

extension TestHeap: RefusableHeap {
    var state: [String: UInt] {
        var state = [
            "free pages": simulation.pages.freePages.rawValue,
            "scavenged pages": simulation.pages.scavengedPages.rawValue,
            "search address": simulation.pages.searchAddress.rawValue,
            "first chunk": simulation.pages.startChunk.rawValue, "end chunk": simulation.pages.endChunk.rawValue,
            "free high-water mark": simulation.pages.freeHighWaterMark.rawValue,
            "bytes": simulation.pages.inUse.totalBytes.rawValue,
        ]
        for index in 0..<simulation.pages.inUse.count {
            let range = simulation.pages.inUse[index]
            state["base of range \(index)"] = range.base.rawValue
            state["limit of range \(index)"] = range.limit.rawValue
        }
        return state
    }

    func checkInvariants() { simulation.pages.checkInvariants() }
}
