extension ReportScript {
    /// The crosshair of a chart with its box of values.
    static let readout = #"""
        Object.assign(Plot.prototype, {
            addReadout() {
                this.cross = element('div', 'cross', this.field);
                this.cursorDots = element('div', 'dots', this.field);
                this.box = element('div', 'box', this.field);
                this.band = element('div', 'band', this.field);
                for (const part of [this.cross, this.cursorDots, this.box, this.band]) {
                    part.hidden = true;
                    part.setAttribute('aria-hidden', 'true');
                }
            },

            // The time of the nearest sample that is shown.
            snapped(seconds) {
                const times = this.times();
                if (!times.length) return null;
                const [first, last] = this.limits(times);
                return first > last ? null : times[Math.min(Math.max(nearestIndex(times, seconds), first), last)];
            },

            times() { return (this.visible[0] ?? this.curves[0])?.times ?? []; },

            limits(times) { return [indexBefore(times, view.from - 1e-9) + 1, indexBefore(times, view.to + 1e-9)]; },

            // The time some samples further on; from the edge if there is no crosshair yet.
            stepped(count) {
                const times = this.times();
                if (!times.length) return null;
                const start = cursor.seconds;
                const index = start === null ? (count > 0 ? this.limits(times)[0] : this.limits(times)[1])
                    : nearestIndex(times, start) + count;
                return times[Math.min(Math.max(index, 0), times.length - 1)];
            },

            readings(seconds) {
                return this.visible.map(curve => ({ curve, value: curve.valueAt(seconds) }))
                    .filter(reading => reading.value !== null && reading.value !== undefined)
                    .map(reading => ({ ...reading, text: valueText[this.unit](reading.value) }));
            },

            showCursor() {
                const seconds = cursor.seconds;
                const isShown = seconds !== null && seconds >= view.from - 1e-9 && seconds <= view.to + 1e-9;
                for (const part of [this.cross, this.cursorDots, this.box]) part.hidden = !isShown;
                if (!isShown) return;
                const readings = this.readings(seconds);
                this.cross.style.left = `${this.share(seconds) * 100}%`;
                this.cursorDots.replaceChildren();
                for (const { curve, value } of readings) this.dot(curve, seconds, value, this.cursorDots);
                this.box.classList.toggle('quiet', cursor.plot !== this);
                this.box.dataset.seconds = seconds;
                this.box.replaceChildren();
                element('strong', '', this.box, timeText(seconds));
                for (const { curve, text } of readings) {
                    element('span', `key ${curve.shape} ${curve.colour}`, this.box);
                    element('span', 'name', this.box, curve.label);
                    element('span', 'value-now', this.box, text);
                }
                this.placeBox(this.share(seconds) * this.field.clientWidth);
            },

            // Beside the crosshair, on the side with more room, and never over the labels of the axis.
            placeBox(x) {
                const [width, box] = [this.field.clientWidth, this.box.offsetWidth];
                const left = x + 14 + box <= width || x < width / 2 ? x + 14 : x - 14 - box;
                this.box.style.left = `${Math.max(Math.min(left, width + 8 - box), 0)}px`;
            },
        });
        """#

    /// What all charts have in common: the part of the run, the crosshair and the buttons.
    static let page = #"""
        const sections = new Map([...document.querySelectorAll('.plot')].map(each => [each.dataset.plot, each]));
        const plots = data.plots.map(spec => new Plot(spec, sections.get(spec.name)));
        const shortestView = Math.max(Math.min(data.end, 0.02), data.end / 2000);
        const tools = document.createElement('div');
        tools.className = 'tools';
        const spoken = document.createElement('p');
        spoken.className = 'spoken';
        spoken.setAttribute('role', 'status');
        spoken.setAttribute('aria-live', 'polite');
        let saying = 0;

        function say(text) {
            clearTimeout(saying);
            saying = setTimeout(() => { spoken.textContent = text; }, 150);
        }

        function setView(from, to) {
            const length = Math.min(Math.max(to - from, shortestView), data.end);
            const start = Math.min(Math.max((from + to - length) / 2, 0), data.end - length);
            [view.from, view.to] = [start, start + length];
            drawAll();
        }

        function resetView() {
            [view.from, view.to] = [0, data.end];
            drawAll();
        }

        function isZoomed() { return view.from > 0 || view.to < data.end; }

        // Makes what is shown shorter or longer, and keeps a time where it is.
        function zoom(factor, around = cursor.seconds ?? (view.from + view.to) / 2) {
            const length = Math.min(Math.max((view.to - view.from) * factor, shortestView), data.end);
            const share = (around - view.from) / (view.to - view.from);
            const from = Math.min(Math.max(around - share * length, 0), data.end - length);
            setView(from, from + length);
        }

        function drawAll() {
            for (const plot of plots) plot.draw();
            for (const plot of plots) plot.showCursor();
            tools.querySelector('.range').textContent = isZoomed()
                ? `${timeText(view.from)} to ${timeText(view.to)}` : `Whole run, ${timeText(data.end)}`;
            for (const button of tools.querySelectorAll('.out')) button.disabled = !isZoomed();
        }

        function setCursor(seconds, plot, isSaid, isOfMap = false) {
            cursor.seconds = seconds;
            cursor.plot = plot;
            if (seconds !== null && (seconds < view.from || seconds > view.to)) {
                // The crosshair takes the charts along.
                const length = view.to - view.from;
                const from = seconds < view.from ? seconds - length * 0.1 : seconds - length * 0.9;
                setView(Math.max(from, 0), Math.max(from, 0) + length);
            }
            for (const each of plots) each.showCursor();
            if (seconds !== null && !isOfMap) mapView?.follow(seconds);
            if (seconds === null) { say(''); return; }
            if (isSaid) say([timeText(seconds)].concat(
                plot.readings(seconds).map(reading => `${reading.curve.label} ${reading.text}`)).join(', '));
        }

        function addTools() {
            const charts = document.querySelector('.charts');
            element('span', 'range', tools);
            element('span', 'hint', tools);
            tools.querySelector('.hint').textContent = 'Drag over a chart to zoom; arrow keys step through its samples';
            for (const [text, label, classes, action] of [
                ['−', 'Zoom out', 'out', () => zoom(2)],
                ['+', 'Zoom in', '', () => zoom(0.5)],
                ['Reset', 'Reset to the whole run', 'out', resetView],
            ]) {
                const button = element('button', classes, tools, text);
                button.type = 'button';
                button.setAttribute('aria-label', label);
                button.addEventListener('click', action);
            }
            charts.prepend(tools);
            charts.append(spoken);
        }
        """#
}
