extension ReportScript {
    /// The map of the heap's pages, with a slider over time that goes with the charts' crosshair.
    static let maps = #"""
        class MapView {
            constructor(spec, section) {
                Object.assign(this, { processes: spec.processes, maps: spec.maps, fullest: spec.fullest });
                const [figure, ...others] = section.querySelectorAll('figure');
                // What the page has without scripts.
                others.forEach(other => other.remove());
                this.figure = figure;
                this.svg = figure.querySelector('svg');
                this.paths = new Map([...this.svg.querySelectorAll('path')].map(path => [path.dataset.state, path]));
                this.times = this.maps.map(map => map.seconds);
                this.addSlider(figure.querySelector('figcaption'));
                this.show(Number(figure.dataset.map));
            }

            addSlider(caption) {
                const row = document.createElement('div');
                row.className = 'map-time';
                const button = (text, label, step) => {
                    const made = element('button', '', row, text);
                    made.type = 'button';
                    made.setAttribute('aria-label', label);
                    made.addEventListener('click', () => this.choose(this.index + step));
                    return made;
                };
                this.before = button('‹', 'Earlier map', -1);
                const track = element('div', 'map-track', row);
                this.after = button('›', 'Later map', 1);
                const ticks = element('div', 'map-ticks', track);
                ticks.setAttribute('aria-hidden', 'true');
                this.times.forEach((seconds, index) => {
                    const tick = element('span', index === this.fullest ? 'fullest' : '', ticks);
                    tick.style.left = `${seconds / data.end * 100}%`;
                });
                this.slider = element('input', '', track);
                Object.assign(this.slider, { type: 'range', min: 0, max: data.end, step: 'any' });
                this.slider.setAttribute('aria-label', 'Time of the map');
                this.slider.addEventListener('input', () => this.choose(nearestIndex(this.times, Number(this.slider.value))));
                this.slider.addEventListener('keydown', event => {
                    const index = this.indexAfter(event);
                    if (index === null) return;
                    event.preventDefault();
                    this.choose(index);
                });
                caption.after(row);
            }

            // Which map a key leads to; null if it leads to none.
            indexAfter(event) {
                if (event.altKey || event.ctrlKey || event.metaKey) return null;
                const far = event.shiftKey ? 10 : 1;
                switch (event.key) {
                case 'ArrowRight': case 'ArrowUp': return this.index + far;
                case 'ArrowLeft': case 'ArrowDown': return this.index - far;
                case 'PageUp': return this.index + 10;
                case 'PageDown': return this.index - 10;
                case 'Home': return 0;
                case 'End': return this.maps.length - 1;
                default: return null;
                }
            }

            // Shows the map that the reader chose, and the charts' values at about its time.
            choose(index) {
                this.show(Math.min(Math.max(index, 0), this.maps.length - 1));
                const [first] = plots;
                const times = first.times();
                if (times.length) setCursor(times[nearestIndex(times, this.times[this.index])], first, false, true);
            }

            // Shows the map that is nearest to the crosshair.
            follow(seconds) { this.show(nearestIndex(this.times, seconds)); }

            show(index) {
                const map = this.maps[index];
                const text = timeText(map.seconds);
                this.slider.value = map.seconds;
                if (index === this.index) return;
                this.index = index;
                const process = this.processes[map.process];
                this.draw(map, process);
                const set = (selector, shown) => { this.figure.querySelector(selector).textContent = shown; };
                set('strong', text);
                set('.map-of', process.label);
                set('.map-which', `map ${index + 1} of ${this.maps.length}${index === this.fullest ? ', the heap at its largest' : ''}`);
                set('.map-cell', process.cell);
                for (const amount of this.figure.querySelectorAll('[data-bytes]')) {
                    amount.textContent = bytesText(map.bytes[amount.dataset.bytes]);
                }
                this.figure.dataset.map = index;
                this.svg.setAttribute('aria-label', `The heap of ${process.label} at ${text}`);
                this.slider.setAttribute('aria-valuetext', `${text}, ${process.label}`);
                this.before.disabled = index === 0;
                this.after.disabled = index === this.maps.length - 1;
            }

            // Draws the cells' runs as MapPicture does it.
            draw(map, process) {
                const drawn = new Map([...this.paths.keys()].map(state => [state, '']));
                const { columns } = process;
                let [range, left, x, y] = [0, process.ranges[0] ?? 0, 0, 0];
                for (const [, state, digits] of map.cells.matchAll(/(\D)(\d*)/g)) {
                    let count = digits === '' ? 1 : Number(digits);
                    while (count > 0 && left > 0) {
                        const length = Math.min(count, columns - x, left);
                        if (drawn.has(state)) drawn.set(state, `${drawn.get(state)}M${x} ${y}h${length}v1H${x}z`);
                        [count, left, x] = [count - length, left - length, x + length];
                        if (left === 0) {
                            range += 1;
                            [left, x, y] = [process.ranges[range] ?? 0, 0, y + 1];
                        } else if (x === columns) {
                            [x, y] = [0, y + 1];
                        }
                    }
                }
                this.svg.setAttribute('viewBox', `0 0 ${columns} ${process.rows}`);
                for (const [state, path] of this.paths) path.setAttribute('d', drawn.get(state));
            }
        }

        const mapSection = document.querySelector('.maps');
        const mapView = data.maps && mapSection ? new MapView(data.maps, mapSection) : null;
        """#
}
