extension ReportScript {
    /// Pointer, touch, wheel and keyboard.
    static let input = #"""
        function addInput(plot) {
            const { field } = plot;
            let [start, isDragging] = [null, false];
            const timeAt = event => {
                const box = field.getBoundingClientRect();
                const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
                return view.from + share * (view.to - view.from);
            };
            const endDrag = () => {
                [start, isDragging] = [null, false];
                plot.band.hidden = true;
            };
            const follow = (event, isSaid) => setCursor(plot.snapped(timeAt(event)), plot, isSaid);

            field.addEventListener('pointerdown', event => {
                if (event.button !== 0) return;
                if (event.pointerType === 'mouse') {
                    start = { x: event.clientX, seconds: timeAt(event) };
                    field.setPointerCapture(event.pointerId);
                } else {
                    follow(event, true);
                }
            });
            field.addEventListener('pointermove', event => {
                follow(event, event.pointerType !== 'mouse');
                if (!start) return;
                if (Math.abs(event.clientX - start.x) > 5) isDragging = true;
                if (!isDragging) return;
                const [from, to] = [start.seconds, timeAt(event)].sort((one, other) => one - other);
                plot.band.hidden = false;
                plot.band.style.left = `${plot.share(from) * 100}%`;
                plot.band.style.width = `${(plot.share(to) - plot.share(from)) * 100}%`;
            });
            field.addEventListener('pointerup', event => {
                const [from, to] = [start?.seconds, timeAt(event)].sort((one, other) => one - other);
                const isZoom = isDragging;
                endDrag();
                if (isZoom) setView(from, to);
            });
            field.addEventListener('pointercancel', endDrag);
            field.addEventListener('pointerleave', event => {
                if (event.pointerType === 'mouse' && !start) setCursor(null, null, false);
            });
            field.addEventListener('dblclick', resetView);
            // With the control key, as pinching a touchpad does it: the wheel alone scrolls the page.
            field.addEventListener('wheel', event => {
                if (!event.ctrlKey && !event.metaKey) return;
                event.preventDefault();
                zoom(Math.exp(Math.min(Math.max(event.deltaY, -60), 60) / 100), timeAt(event));
            }, { passive: false });
            field.addEventListener('keydown', event => {
                if (handleKey(plot, event)) event.preventDefault();
            });
            field.tabIndex = 0;
            field.setAttribute('role', 'application');
            field.setAttribute('aria-roledescription', 'chart');
            field.setAttribute('aria-label', `${field.getAttribute('aria-label')} Arrow keys step through the samples, `
                + 'with Shift ten at a time; plus and minus zoom, Escape ends it.');
        }

        // Returns whether the key means something.
        function handleKey(plot, event) {
            if (event.altKey || event.ctrlKey || event.metaKey) return false;
            const far = event.shiftKey ? 10 : 1;
            switch (event.key) {
            case 'ArrowRight': setCursor(plot.stepped(far), plot, true); return true;
            case 'ArrowLeft': setCursor(plot.stepped(-far), plot, true); return true;
            case 'Home': setCursor(plot.snapped(view.from), plot, true); return true;
            case 'End': setCursor(plot.snapped(view.to), plot, true); return true;
            case '+': case '=': zoom(0.5); return true;
            case '-': zoom(2); return true;
            case '0': resetView(); return true;
            case 'Escape':
                // First the crosshair goes, then the zoom.
                if (cursor.seconds !== null) setCursor(null, null, false); else resetView();
                return true;
            default: return false;
            }
        }

        if (plots.some(plot => plot.times().length > 0)) {
            addTools();
            plots.forEach(addInput);
            drawAll();
            addEventListener('resize', drawAll);
        }
        """#

    /// Tables that sort by a column, and that are printed whole.
    static let tables = #"""
        function sortBy(table, column, header) {
            const isAscending = header.getAttribute('aria-sort') === 'descending';
            const body = table.tBodies[0];
            const isText = header.classList.contains('text');
            const key = row => {
                const cell = row.cells[column];
                return isText ? cell.textContent : Number(cell.dataset.value ?? -1);
            };
            const compare = (one, other) => isText ? key(one).localeCompare(key(other)) : key(one) - key(other);
            const rows = [...body.rows].sort((one, other) => isAscending ? compare(one, other) : compare(other, one));
            body.append(...rows);
            for (const each of table.querySelectorAll('th')) each.removeAttribute('aria-sort');
            header.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
        }

        for (const table of document.querySelectorAll('table.sortable')) {
            table.querySelectorAll('th').forEach((header, column) => {
                const button = document.createElement('button');
                button.type = 'button';
                button.append(...header.childNodes);
                header.append(button);
                button.addEventListener('click', () => sortBy(table, column, header));
            });
        }

        addEventListener('beforeprint', () => {
            setCursor(null, null, false);
            for (const details of document.querySelectorAll('details')) details.open = true;
        });
        """#
}
