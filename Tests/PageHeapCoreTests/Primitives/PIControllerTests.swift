import PageHeapCore
import Testing

/// The controller's bounds, memory and failures.
struct PIControllerTests {
    private func controller(integralTime: Double = 10, resetTime: Double = 10) -> PIController {
        PIController(
            proportionalGain: 2, integralTime: integralTime, resetTime: resetTime, minimum: -1, maximum: 1)
    }

    @Test func theOutputIsHeldAtItsBounds() {
        var controller = controller()
        #expect(controller.next(input: -100, setpoint: 0, period: 1) == 1)
        #expect(controller.next(input: 100, setpoint: 0, period: 1) == -1)
    }

    @Test func theIntegralRemovesALastingError() {
        var controller = controller()
        var value = 0.0
        for _ in 0..<2000 {
            guard let output = controller.next(input: value, setpoint: 0.5, period: 1) else { break }
            value += (output - 0.3 - value) * 0.05
        }
        #expect(abs(value - 0.5) < 0.001)
    }

    @Test func aLongSaturationDoesNotWindUp() {
        var controller = controller()
        for _ in 0..<1000 { _ = controller.next(input: -10, setpoint: 0, period: 1) }
        #expect(abs(controller.errorIntegral) < 100)
    }

    @Test func withoutAnIntegralTimeTheControllerIsProportional() {
        for (integralTime, resetTime) in [(0.0, 10.0), (10.0, 0.0)] {
            var controller = controller(integralTime: integralTime, resetTime: resetTime)
            for _ in 0..<3 { #expect(controller.next(input: 0.75, setpoint: 1, period: 1) == 0.5) }
            #expect(controller.errorIntegral == 0 && !controller.errorOverflowed && !controller.inputOverflowed)
        }
    }

    @Test func failuresClearTheIntegralAndAreRemembered() {
        var controller = controller()
        #expect(controller.next(input: .nan, setpoint: 0, period: 1) == nil)
        #expect(controller.inputOverflowed && !controller.errorOverflowed)
        #expect(controller.next(input: 0.1, setpoint: 0, period: .infinity) == nil)
        #expect(controller.errorOverflowed && controller.errorIntegral == 0)
        #expect(controller.next(input: 0, setpoint: 0, period: 1) == 0)
        #expect(controller.inputOverflowed && controller.errorOverflowed)
    }
}
