import Foundation
import Testing

/// Load that comes again with a period, between ``DemandModel/low`` and ``DemandModel/peak``.
struct DemandWave: CustomTestStringConvertible {
    enum Shape: String, CaseIterable { case square, sine, sawTooth }

    let shape: Shape
    let seconds: Double

    /// Units in use at a step.
    subscript(step: Int) -> Int {
        let place = (Double(step) / Double(DemandModel.stepsPerSecond) / seconds).truncatingRemainder(dividingBy: 1)
        let height =
            switch shape {
            case .square: place < 0.5 ? 1.0 : 0
            case .sine: (1 + sin(2 * .pi * place)) / 2
            case .sawTooth: place
            }
        return DemandModel.low + Int((Double(DemandModel.peak - DemandModel.low) * height).rounded())
    }

    /// The first step of a period.
    func start(ofPeriod number: Int) -> Int {
        Int((Double(number) * seconds * Double(DemandModel.stepsPerSecond)).rounded())
    }

    /// The first step, not before the given one, at which the end of the load must be noticed: the wave would be
    /// clearly high from a second before to two seconds after it, which is the cycle of the step and one on either
    /// side.
    func missed(from step: Int) -> Int {
        let due = DemandModel.low + (DemandModel.peak - DemandModel.low) / 8
        let second = DemandModel.stepsPerSecond
        var moment = step
        while (moment - second...moment + 2 * second).contains(where: { self[$0] <= due }) { moment += 1 }
        return moment
    }

    var testDescription: String { "\(shape.rawValue), \(seconds) s" }
}
