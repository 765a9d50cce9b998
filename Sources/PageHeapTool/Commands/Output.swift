/// What a command writes to a file that an option names.
enum Output: String, Hashable, Sendable {
    case report, svg, png, json, csv, profile
    case trace = "output"

    var option: String { "--\(rawValue)" }

    /// What the file is, for messages.
    var purpose: String {
        switch self {
        case .report, .profile, .trace: "\(self)"
        case .svg, .png: "picture"
        case .json: "JSON file"
        case .csv: "CSV file"
        }
    }
}
