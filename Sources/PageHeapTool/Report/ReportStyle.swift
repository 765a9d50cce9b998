/// The style sheet of the report's page. The chart has its own.
enum ReportStyle {
    static let sheet = """
        :root{--page:#f4f6fa;--card:\(ChartPalette.light.background);--line:\(ChartPalette.light.border);
        --text:\(ChartPalette.light.text);--faint:\(ChartPalette.light.faintText);--accent:\(ChartPalette.light.resident);
        --resident:\(ChartPalette.light.resident);--inUse:\(ChartPalette.light.inUse);
        --retained:\(ChartPalette.light.retained);--goal:\(ChartPalette.light.goal);--note:#fff6e2;--note-line:#eec876;--shade:#9aa5b5}
        @media screen and (prefers-color-scheme:dark){:root{--page:#0d1117;--card:\(ChartPalette.dark.background);
        --line:\(ChartPalette.dark.border);--text:\(ChartPalette.dark.text);--faint:\(ChartPalette.dark.faintText);
        --accent:\(ChartPalette.dark.resident);--resident:\(ChartPalette.dark.resident);
        --inUse:\(ChartPalette.dark.inUse);--retained:\(ChartPalette.dark.retained);--goal:\(ChartPalette.dark.goal);
        --note:#2b2413;--note-line:#6d5a26;--shade:#5b6675}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--text);line-height:1.5;
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        main{max-width:1040px;margin:0 auto;padding:36px 20px 48px}
        p{margin:0}.faint{color:var(--faint);font-size:.875rem;font-weight:400}
        .mark{font-weight:650;letter-spacing:.01em}.mark span[aria-hidden]{color:var(--accent)}
        h1{font-size:clamp(1.5rem,3.6vw,2.15rem);line-height:1.2;letter-spacing:-.015em;margin:.5rem 0 1rem}
        h2{font-size:1.1rem;margin:0 0 .75rem}
        .command{margin:0 0 .6rem;padding:.7rem 1rem;background:var(--card);border:1px solid var(--line);
        border-radius:10px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;max-height:9rem;
        font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
        .card{background:var(--card);border:1px solid var(--line);border-radius:14px}
        .note{margin-top:1.25rem;padding:.8rem 1rem;border-radius:10px;background:var(--note);
        border:1px solid var(--note-line)}
        .figures{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem}
        .figures .card{padding:.9rem 1.1rem}.label{font-size:.875rem;color:var(--faint)}
        .value{font-size:1.55rem;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums;line-height:1.35}
        .reading{margin:1rem 0;padding:1.2rem 1.4rem}.reading p{margin-top:.8rem;max-width:58em}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.45rem 1.4rem;margin:0}
        dt{font-weight:600;white-space:nowrap}dd{margin:0}
        .swatch{display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:.55em;vertical-align:-.05em}
        .swatch-resident{background:var(--resident)}.swatch-inUse{background:var(--inUse)}
        .swatch-retained{background:var(--retained)}.swatch-goal{background:var(--goal)}
        details,.table{padding:.9rem 1.4rem;margin-top:1rem}.table h2{margin:.2rem 0 .4rem}
        summary{cursor:pointer;font-weight:600;min-height:40px;display:flex;align-items:center}
        summary::before{content:"";width:.45em;height:.45em;border:solid;border-width:0 2px 2px 0;margin:0 .8em 0 .2em;
        transform:rotate(-45deg);color:var(--faint)}details[open] summary::before{transform:rotate(45deg)}
        .scroll{overflow-x:auto;margin-top:.6rem;background:linear-gradient(to left,var(--card) 40px,transparent) right/80px 100% no-repeat local,
        linear-gradient(to left,var(--shade),transparent) right/20px 100% no-repeat scroll}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
        th,td{text-align:right;padding:.32rem .7rem;border-bottom:1px solid var(--line);white-space:nowrap}
        th:first-child,td:first-child{text-align:left}th{color:var(--faint);font-weight:600}
        footer{margin-top:1.5rem}
        @media (max-width:720px){main{padding:24px 12px 36px}.figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem}
        .figures .card{padding:.7rem .8rem}.value{font-size:1.25rem}.reading,details,.table{padding:.9rem .8rem}
        dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}
        th,td{padding:.32rem .5rem}th:first-child,td:first-child{position:sticky;left:0;background:var(--card)}}
        @media print{:root{color-scheme:light}body{background:#fff}main{padding:0}.command{max-height:none}.figures .card,.reading{break-inside:avoid}
        thead{display:table-header-group}}
        """
}
