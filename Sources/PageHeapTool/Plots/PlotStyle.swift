/// The style sheet of a report's charts.
enum PlotStyle {
    static let sheet = """
        \(variables(ChartPalette.light, ComparePalette.light, light))
        @media screen and (prefers-color-scheme:dark){
        \(variables(ChartPalette.dark, ComparePalette.dark, dark))}
        \(classes)
        .charts{margin:1.5rem 0 1rem}.plot{padding:1.05rem 1.4rem .55rem;scroll-margin-top:4rem}
        .plot+.plot{border-top:1px solid var(--line)}
        .plot-head{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.1rem 1.5rem}
        .plot h2{margin:0;font-size:1rem}.plot h2 .faint{margin-left:.35rem}
        .legend{display:flex;flex-wrap:wrap;list-style:none;margin:0;padding:0;font-size:.875rem}
        .legend li{display:flex;align-items:center;gap:.5rem;margin-right:1rem;overflow-wrap:anywhere}
        .legend li:last-child{margin-right:0}
        .key{position:relative;flex:none;display:inline-block;width:18px;height:3px;border-radius:1.5px;background:var(--c)}
        .key.area,.key.rate{height:11px;border-radius:2px;background:none;border-top:2px solid var(--c)}
        .key.area::after,.key.rate::after{content:"";position:absolute;inset:0;background:var(--c);opacity:.22}
        .key.dashes{background:repeating-linear-gradient(90deg,var(--c) 0 5px,transparent 5px 8px)}
        .frame{display:grid;grid-template-columns:4.7rem minmax(0,1fr);padding-right:1.3rem;margin-top:.9rem;--h:150px}
        [data-plot=memory] .frame,[data-plot=resident] .frame{--h:300px;margin-top:2.1rem}
        [data-plot=processes] .frame{--h:230px}
        .marks-x,.marks-y{position:relative;color:var(--faint);font-size:.8125rem;line-height:1;
        font-variant-numeric:tabular-nums}
        .marks-x span,.marks-y span{position:absolute;white-space:nowrap}
        .marks-y span{right:.75rem;transform:translateY(50%)}
        .marks-x{grid-column:2;height:1.75rem}.marks-x span{top:.6rem;transform:translateX(-50%)}
        .field{position:relative;height:var(--h);border-bottom:1px solid var(--faint);outline-offset:2px;border-radius:1px}
        .field:focus-visible{outline:2px solid var(--accent)}
        .field svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden}
        .field path{vector-effect:non-scaling-stroke;stroke-linejoin:round;fill:none}
        .field .grid{stroke:var(--grid)}.curve .stroke{stroke:var(--c);stroke-width:2}
        .curve.line .stroke,.curve.rate .stroke{stroke-width:1.6}.curve.dashes .stroke{stroke-width:1.6;stroke-dasharray:6 4}
        .curve.first .stroke{stroke-width:2.6}.curve.c-rest .stroke{stroke-width:1.2}
        .curve .fill{fill:var(--c);fill-opacity:.15}.curve.k-inUse .fill{fill-opacity:.3}
        .tip{fill:transparent}.tip:hover{fill:#8894a8;fill-opacity:.22}
        .dots{position:absolute;inset:0;pointer-events:none}
        .dot{position:absolute;width:9px;height:9px;margin:0 0 -4.5px -4.5px;border-radius:50%;background:var(--c);
        border:1.5px solid var(--card)}
        .peak{position:absolute;bottom:100%;left:clamp(4.2rem,var(--x),calc(100% - 4.2rem));transform:translateX(-50%);
        padding-bottom:.55rem;font-size:.8125rem;font-weight:600;white-space:nowrap;line-height:1.2}
        \(interactive)
        @media (max-width:720px){.plot{padding:.9rem .8rem .3rem}.plot-head{display:block}
        .frame{grid-template-columns:4.1rem minmax(0,1fr);padding-right:.9rem;--h:140px}
        [data-plot=memory] .frame,[data-plot=resident] .frame{--h:240px}[data-plot=processes] .frame{--h:200px}
        .marks-x,.marks-y{font-size:.75rem}.marks-y span{right:.55rem}.legend{margin-top:.3rem}}
        @media (max-width:560px){.marks-x .odd{display:none}}
        """

    /// What only the script makes or changes.
    private static let interactive = """
        .field[role=application]{cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none}
        .cross{position:absolute;top:0;bottom:0;width:1px;background:var(--text);opacity:.45;pointer-events:none}
        .band{position:absolute;top:0;bottom:0;background:var(--accent);opacity:.16;pointer-events:none}
        .box{position:absolute;top:.4rem;z-index:2;display:grid;grid-template-columns:auto minmax(0,auto) auto;
        align-items:center;gap:.05rem .5rem;width:max-content;max-width:17rem;padding:.45rem .7rem .5rem;border-radius:9px;
        background:var(--card);border:1px solid var(--line);box-shadow:0 3px 14px rgb(10 20 40/.14);
        font-size:.8125rem;line-height:1.45;pointer-events:none}
        .box[hidden]{display:none}.box strong{grid-column:1/-1;font-weight:650;font-variant-numeric:tabular-nums}
        .box .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--faint)}
        .box .value-now{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .box.quiet{box-shadow:none}.box.quiet strong{display:none}
        .legend button{display:flex;align-items:center;gap:.5rem;min-height:40px;min-width:44px;padding:0 .6rem;margin:0;
        border:0;border-radius:9px;background:none;color:inherit;font:inherit;text-align:left;cursor:pointer}
        .legend:has(button){margin:0 -.6rem}.legend li:has(button){margin-right:.1rem}.legend button:hover,.tools button:hover:enabled{background:var(--page)}
        .legend button[aria-pressed=false]{color:var(--faint);text-decoration:line-through}
        .legend button[aria-pressed=false] .key{opacity:.35}
        button:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
        .tools{position:sticky;top:0;z-index:3;display:flex;align-items:center;gap:.4rem;padding:.5rem .8rem .5rem 1.4rem;
        background:var(--card);border-bottom:1px solid var(--line);border-radius:14px 14px 0 0;font-size:.875rem}
        .tools .range{font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
        .tools .hint{color:var(--faint);margin:0 auto 0 .8rem}
        .tools button{min-width:44px;height:40px;padding:0 .8rem;border:1px solid var(--line);border-radius:9px;
        background:none;color:inherit;font:inherit;font-weight:600;cursor:pointer;white-space:nowrap}
        .tools button:disabled{color:var(--faint);opacity:.6;cursor:default}
        .spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        th button{position:relative;min-height:40px;min-width:40px;padding:0;border:0;background:none;color:inherit;font:inherit;
        text-align:inherit;cursor:pointer;white-space:nowrap}
        th[aria-sort] button::after{position:absolute;left:100%;padding-left:.1em}
        th[aria-sort=descending] button::after{content:"↓"}th[aria-sort=ascending] button::after{content:"↑"}
        th[aria-sort] button{color:var(--text)}
        @media (max-width:720px){.tools{padding:.5rem .5rem .5rem .8rem}.tools .hint{display:none}
        .tools .range{margin-right:auto}.legend:has(button){margin:0 -.45rem}.legend button{gap:.4rem;padding:0 .45rem}
        .legend li:has(button){margin:0}.legend{font-size:.8125rem}.key{width:14px}.box{max-width:15rem;padding:.4rem .6rem}}
        @media print{.tools,.box,.cross,.band{display:none!important}.plot{break-inside:avoid}}
        """

    private static let classes =
        (ChartCurve.Kind.allCases.map { ".k-\($0.rawValue){--c:var(--\($0.rawValue))}" }
        + ["minor", "major", "program"].map { ".k-\($0){--c:var(--\($0))}" }
        + [".k-scavenger{--c:var(--goal)}", ".c-rest{--c:var(--rest)}"]
        + ComparePalette.light.indices.map { ".c\($0){--c:var(--c\($0))}" }).joined()

    /// The colours of what only reports show: page faults, CPU time, and the sum of small processes.
    private static let light = ["minor:#a87b00", "major:#d63384", "program:#5d7290", "rest:#8a95a6"]
    private static let dark = ["minor:#e8c547", "major:#ff7ab8", "program:#93a9c9", "rest:#6f7c90"]

    private static func variables(_ palette: ChartPalette, _ compared: [String], _ others: [String]) -> String {
        let all = ["grid:\(palette.grid)"] + others + compared.enumerated().map { "c\($0.offset):\($0.element)" }
        return ":root{\(all.map { "--\($0)" }.joined(separator: ";"))}"
    }
}
