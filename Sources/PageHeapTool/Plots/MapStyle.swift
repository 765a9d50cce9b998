/// The style sheet of the maps in a report. The colours are those of `pageheap map`; on a dark page, memory that is not there is
/// dark.
enum MapStyle {
    static let sheet = """
        \(variables { $0.colour })
        @media screen and (prefers-color-scheme:dark){\(variables { $0.darkColour })}
        \(PageState.allCases.map { ".m-\($0.key){fill:var(--m-\($0.key));background:var(--m-\($0.key))}" }.joined())
        .maps{margin:0 0 1rem;padding:1.05rem 1.4rem}.maps h2 .faint{margin-left:.35rem}
        .maps figure{margin:0 0 1.2rem}.maps figcaption{margin-bottom:.5rem;font-variant-numeric:tabular-nums}
        .maps figcaption .faint{margin-left:.3rem}
        .maps svg{display:block;width:100%;height:auto;background:var(--m-absent);border:1px solid var(--line);
        border-radius:4px;shape-rendering:crispEdges}
        .map-legend{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.2rem 1.6rem;list-style:none;
        margin:.7rem 0 0;padding:0;font-size:.875rem}
        .map-legend li{display:flex;align-items:baseline;gap:.55rem}
        .map-legend b{margin-left:auto;font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
        .map-key{flex:none;width:.8em;height:.8em;border-radius:3px;border:1px solid var(--line)}
        .map-time{display:flex;align-items:center;gap:.5rem;margin:0 0 .6rem}
        .map-time button{flex:none;width:44px;height:40px;border:1px solid var(--line);border-radius:9px;background:none;
        color:inherit;font:inherit;font-weight:600;cursor:pointer}
        .map-time button:disabled{color:var(--faint);opacity:.6;cursor:default}
        .map-time button:hover:enabled{background:var(--page)}
        .map-track{position:relative;flex:1;min-width:0;height:44px}
        .map-track input{position:absolute;inset:0;width:100%;height:100%;margin:0;appearance:none;-webkit-appearance:none;
        background:none;cursor:pointer;touch-action:pan-y;border-radius:9px}
        .map-track input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
        .map-track input::-webkit-slider-runnable-track{height:4px;border-radius:2px;background:var(--line)}
        .map-track input::-moz-range-track{height:4px;border-radius:2px;background:var(--line)}
        .map-track input::-webkit-slider-thumb{-webkit-appearance:none;width:18px;height:18px;margin-top:-7px;
        border-radius:50%;border:2px solid var(--card);background:var(--accent)}
        .map-track input::-moz-range-thumb{width:14px;height:14px;border-radius:50%;border:2px solid var(--card);
        background:var(--accent)}
        .map-ticks{position:absolute;left:9px;right:9px;bottom:4px;height:6px;pointer-events:none}
        .map-ticks span{position:absolute;width:1px;height:100%;background:var(--faint)}
        .map-ticks .fullest{width:3px;margin-left:-1px;background:var(--accent)}
        @media (max-width:720px){.maps{padding:.9rem .8rem}.map-legend{grid-template-columns:minmax(0,1fr)}}
        @media print{.map-time{display:none}.maps figure{break-inside:avoid}}
        """

    private static func variables(_ colour: (PageState) -> UInt32) -> String {
        ":root{\(PageState.allCases.map { "--m-\($0.key):\(PageState.css(colour($0)))" }.joined(separator: ";"))}"
    }
}
