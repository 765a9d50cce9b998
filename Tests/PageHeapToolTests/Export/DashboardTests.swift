import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// The dashboard of `Examples/Fleet` asks for what there is.
struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { let expr: String }
            let title: String
            let targets: [Target]
        }
        let panels: [Panel]
    }

    /// All metrics that may be served.
    private static let metrics: Set<String> = {
        let own = FleetSnapshot().text().split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { String($0.prefix { $0 != "{" && $0 != " " }) }
        return Set(own + ([.published, .resident] + MetricFamily.figures).map(\.name))
    }()

    @Test func everyQueryNamesMetricsAndLabelsThatThereAre() throws {
        let text = try Repository.text(of: "Examples/Fleet/grafana-dashboard.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
        #expect(dashboard.panels.count > 10)
        let series = ["state", "cause", "within_seconds"]
        var used: Set<String> = []
        for panel in dashboard.panels {
            #expect(!panel.targets.isEmpty, "\(panel.title)")
            for target in panel.targets {
                let names = target.expr.matches(of: /\b(?:pageheap|process)_[a-z_]+(?=\{)/).map { String($0.output) }
                #expect(!names.isEmpty, "\(panel.title)")
                used.formUnion(names)
                for name in names { #expect(Self.metrics.contains(name), "\(panel.title): \(name)") }
                for match in target.expr.matches(of: /(\w+)\s*(?:=|!=|=~|!~)\s*"/) {
                    let label = String(match.output.1)
                    #expect(
                        label == "instance" || (ProcessLabels.names + series).contains(label),
                        "\(panel.title): \(label)")
                }
            }
        }
        // What somebody who runs a fleet asks first.
        for name in [
            "process_resident_memory_bytes", "pageheap_memory_bytes", "pageheap_goal_bytes",
            "pageheap_memory_limit_bytes",
            "pageheap_released_bytes_total", "pageheap_reused_bytes_total", "pageheap_scavenger_cpu_seconds_total",
            "pageheap_process_published", "pageheap_export_processes",
        ] { #expect(used.contains(name), "\(name)") }
    }

    @Test func theStatesOfQueriesAreThoseThatThereAre() throws {
        let text = try Repository.text(of: "Examples/Fleet/grafana-dashboard.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
        for target in dashboard.panels.flatMap(\.targets) {
            for match in target.expr.matches(of: /pageheap_export_processes\{[^}]*state=~"([a-z_|]+)"/) {
                for state in match.output.1.split(separator: "|") {
                    #expect(FleetSnapshot.State(rawValue: String(state)) != nil, "\(state)")
                }
            }
        }
    }

    @Test func theDocumentationListsEveryMetricOfTheExporter() throws {
        let page = try Repository.text(of: "Documentation/fleets.md")
        for name in Self.metrics where name.hasPrefix("pageheap_export_") || name == MetricFamily.published.name {
            #expect(page.contains("`\(name)`"), "\(name)")
        }
        for state in FleetSnapshot.State.allCases { #expect(page.contains("`\(state.rawValue)`"), "\(state)") }
    }
}
