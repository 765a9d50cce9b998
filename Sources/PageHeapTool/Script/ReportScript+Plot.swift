extension ReportScript {
    /// A chart: its curves, and their values at a time.
    static let plot = #"""
        const data = JSON.parse(document.getElementById('data').textContent);
        // The part of the run that all charts show, and the time of the crosshair.
        const view = { from: 0, to: data.end };
        const cursor = { seconds: null, plot: null };

        // The index of the last time that is not after the given one; -1 if there is none.
        function indexBefore(times, seconds) {
            let [low, high] = [0, times.length];
            while (low < high) {
                const middle = (low + high) >> 1;
                if (times[middle] <= seconds) low = middle + 1; else high = middle;
            }
            return low - 1;
        }

        function nearestIndex(times, seconds) {
            const before = indexBefore(times, seconds);
            if (before < 0) return 0;
            if (before + 1 === times.length) return before;
            return seconds - times[before] <= times[before + 1] - seconds ? before : before + 1;
        }

        class Curve {
            constructor(spec, group, scale) {
                Object.assign(this, { label: spec.label, colour: spec.colour, shape: spec.shape, marksEnd: spec.marksEnd });
                this.times = data.times[spec.times];
                this.values = spec.values;
                this.scale = scale;
                this.isHidden = false;
                this.fill = group.querySelector('.fill');
                this.stroke = group.querySelector('.stroke');
            }

            // How fast a total grows, in steps long enough to be exact; computed as PlotRates does it.
            steps() {
                const width = Math.max(data.shortestStep, (view.to - view.from) / data.stepCount);
                if (this.stepWidth === width) return this.cachedSteps;
                const steps = [];
                let [from, before, last] = [0, 0, null];
                this.times.forEach((time, index) => {
                    const total = this.values[index];
                    if (total === null) return;
                    last = { time, total };
                    if (time - from < width) return;
                    steps.push({ from, to: time, value: (total - before) / (time - from) * this.scale });
                    [from, before] = [time, total];
                });
                if (last && last.time > from) {
                    const merged = steps.pop() ?? { from: 0, to: 0, value: 0 };
                    const added = merged.value * (merged.to - merged.from) + (last.total - before) * this.scale;
                    steps.push({ from: merged.from, to: last.time, value: added / (last.time - merged.from) });
                }
                [this.stepWidth, this.cachedSteps] = [width, steps];
                return steps;
            }

            // The range of indices that is shown, with a neighbour on each side.
            shown() {
                return [Math.max(indexBefore(this.times, view.from), 0),
                    Math.min(indexBefore(this.times, view.to) + 1, this.times.length - 1)];
            }

            highest() {
                if (this.shape === 'rate') {
                    return Math.max(0, ...this.steps().filter(step => step.to > view.from && step.from < view.to)
                        .map(step => step.value));
                }
                const [first, last] = this.shown();
                let highest = 0;
                for (let index = first; index <= last; index += 1) highest = Math.max(highest, this.values[index] ?? 0);
                return highest;
            }

            // The highest value that was sampled in what is shown, and its time.
            peak() {
                const [first, last] = this.shown();
                let peak = null;
                for (let index = first; index <= last; index += 1) {
                    const [seconds, value] = [this.times[index], this.values[index]];
                    if (value === null || seconds < view.from || seconds > view.to) continue;
                    if (!peak || value > peak.value) peak = { seconds, value };
                }
                return peak;
            }

            // The value at a time: that of the nearest sample, or of the step around it; null if there is none.
            valueAt(seconds) {
                const { times, values } = this;
                const slack = Math.max(data.end / 200, 0.05);
                if (!times.length || seconds > times[times.length - 1] + slack) return null;
                if (this.shape !== 'rate') return values[nearestIndex(times, seconds)];
                const step = this.steps().find(each => each.to >= seconds);
                return step ? step.value : this.steps().at(-1)?.value ?? null;
            }
        }
        """#

    /// Drawing into the elements that the page has already.
    static let drawing = #"""
        function element(name, classes, parent, text) {
            const made = document.createElement(name);
            made.className = classes;
            if (text !== undefined) made.textContent = text;
            parent.append(made);
            return made;
        }

        class Plot {
            constructor(spec, section) {
                Object.assign(this, { unit: spec.unit, cutsOffDashes: spec.cutsOffDashes, peakWord: spec.peakWord, section });
                this.field = section.querySelector('.field');
                this.dots = section.querySelector('.dots');
                this.marksX = section.querySelector('.marks-x');
                this.marksY = section.querySelector('.marks-y');
                this.grid = section.querySelector('.grid');
                this.curves = spec.curves.map((curve, index) =>
                    new Curve(curve, section.querySelector(`[data-curve="${index}"]`), spec.scale));
                section.querySelectorAll('.tip').forEach(tip => tip.remove());
                this.addLegend();
                this.addReadout();
            }

            get visible() { return this.curves.filter(curve => !curve.isHidden); }

            share(seconds) { return (seconds - view.from) / (view.to - view.from); }
            x(seconds) { return Math.round(this.share(seconds) * 10000) / 10; }
            y(value) { return Math.round((1 - value / this.axis.top) * 10000) / 10; }

            // One click on a name hides the curve, another one shows it again.
            addLegend() {
                this.section.querySelectorAll('.legend li').forEach((item, index) => {
                    const button = element('button', '', item);
                    button.type = 'button';
                    button.append(...[...item.childNodes].filter(node => node !== button));
                    button.setAttribute('aria-pressed', 'true');
                    button.addEventListener('click', () => {
                        const curve = this.curves[index];
                        curve.isHidden = !curve.isHidden;
                        button.setAttribute('aria-pressed', String(!curve.isHidden));
                        this.draw();
                        this.showCursor();
                    });
                });
            }

            draw() {
                const highest = curves => Math.max(0, ...curves.map(curve => curve.highest()));
                const solid = highest(this.visible.filter(curve => curve.shape !== 'dashes'));
                const dashed = highest(this.visible.filter(curve => curve.shape === 'dashes'));
                const capped = this.cutsOffDashes && solid > 0 && dashed > solid * 1.5;
                this.axis = valueAxis(capped ? solid : Math.max(solid, dashed), this.unit);
                this.grid.setAttribute('d', this.axis.marks.slice(1).map(mark => `M0 ${this.y(mark.value)}H1000`).join(''));
                this.marksY.replaceChildren();
                for (const mark of this.axis.marks) {
                    element('span', '', this.marksY, mark.label).style.bottom = `${mark.value / this.axis.top * 100}%`;
                }
                this.marksX.replaceChildren();
                for (const mark of timeMarks(view.from, view.to, this.field.clientWidth < 480 ? 4 : 8)) {
                    element('span', '', this.marksX, mark.label).style.left = `${this.share(mark.value) * 100}%`;
                }
                for (const curve of this.curves) this.drawCurve(curve);
                this.drawDots();
            }

            drawCurve(curve) {
                const paths = curve.isHidden ? [] : curve.shape === 'rate' ? this.steps(curve) : this.stretches(curve);
                curve.stroke.setAttribute('d', paths.map(path => path.line).join(''));
                curve.fill?.setAttribute('d', paths.map(path =>
                    `${path.line}L${this.x(path.to)} 1000L${this.x(path.from)} 1000Z`).join(''));
            }

            stretches(curve) {
                const [first, last] = curve.shown();
                const stretches = [];
                let open = null;
                for (let index = first; index <= last; index += 1) {
                    const [seconds, value] = [curve.times[index], curve.values[index]];
                    if (value === null || value === undefined) { open = null; continue; }
                    const point = `${this.x(seconds)} ${this.y(value)}`;
                    if (open) {
                        open.line += `L${point}`;
                    } else {
                        open = { line: `M${point}`, from: seconds };
                        stretches.push(open);
                    }
                    open.to = seconds;
                }
                // A single sample is a short dash.
                for (const stretch of stretches) if (!stretch.line.includes('L')) stretch.line += 'h2';
                return stretches;
            }

            steps(curve) {
                const steps = curve.steps().filter(step => step.to > view.from && step.from < view.to);
                if (!steps.length) return [];
                const line = `M${this.x(steps[0].from)} ${this.y(steps[0].value)}`
                    + steps.map(step => `V${this.y(step.value)}H${this.x(step.to)}`).join('');
                return [{ line, from: steps[0].from, to: steps.at(-1).to }];
            }

            drawDots() {
                this.dots.replaceChildren();
                for (const curve of this.visible.filter(each => each.marksEnd)) {
                    let index = curve.values.length - 1;
                    while (index >= 0 && curve.values[index] === null) index -= 1;
                    if (index >= 0) this.dot(curve, curve.times[index], curve.values[index], this.dots);
                }
                const peak = this.peakWord && !this.curves[0].isHidden ? this.curves[0].peak() : null;
                if (!peak) return;
                this.dot(this.curves[0], peak.seconds, peak.value, this.dots);
                const isZoomed = view.from > 0 || view.to < data.end;
                const label = element('span', 'peak', this.dots,
                    `${isZoomed ? 'highest here' : this.peakWord} ${bytesText(peak.value)}`);
                label.style.setProperty('--x', `${this.share(peak.seconds) * 100}%`);
            }

            dot(curve, seconds, value, parent) {
                const share = this.share(seconds);
                if (share < 0 || share > 1 || value > this.axis.top) return;
                const dot = element('span', `dot ${curve.colour}`, parent);
                dot.style.left = `${share * 100}%`;
                dot.style.bottom = `${value / this.axis.top * 100}%`;
            }
        }
        """#
}
