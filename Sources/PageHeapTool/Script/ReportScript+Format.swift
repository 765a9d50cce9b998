extension ReportScript {
    /// Numbers for people, as `ByteCount` and `TimeText` write them, and axes as `PlotAxis` and `TimeAxis` have them.
    static let format = #"""
        const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

        function scaled(count) {
            let unit = 'B';
            for (const next of units) {
                if (count < 1024) break;
                count /= 1024;
                unit = next;
            }
            return [count, unit];
        }

        // As C writes it: what lies just between two numbers becomes the even one.
        function fixed(value, digits) {
            const power = 10 ** digits;
            const below = Math.floor(value * power);
            const isEvenTie = value * power - below === 0.5 && below % 2 === 0;
            return (isEvenTie ? below / power : value).toFixed(digits);
        }

        function bytesText(count) {
            const [value, unit] = scaled(count);
            if (unit === 'B') return `${Math.round(count)} B`;
            return `${fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${unit}`;
        }

        function grouped(number) { return Math.round(number).toLocaleString('en-US'); }

        const valueText = {
            bytes: bytesText,
            percent: value => value <= 0 ? '0 %' : value < 0.1 ? 'under 0.1 %' : `${fixed(value, value < 9.95 ? 1 : 0)} %`,
            perSecond: value => `${value > 0 && value < 10 ? value.toFixed(1) : grouped(value)}/s`,
        };

        // A time in a run, to the hundredth of a second.
        function timeText(seconds) {
            if (seconds < 0.9995) return `${seconds.toFixed(3)} s`;
            if (seconds < 119.995) return `${seconds.toFixed(2)} s`;
            const minutes = Math.floor(seconds / 60);
            if (minutes < 120) return `${minutes} min ${(seconds - minutes * 60).toFixed(1)} s`;
            return `${Math.floor(minutes / 60)} h ${minutes % 60} min ${Math.floor(seconds - minutes * 60)} s`;
        }
        """#

    static let axes = #"""
        // The least of a list of steps that divides a range into few enough parts.
        function leastStep(steps, range, most) {
            return steps.find(step => range / step <= most * (1 + 1e-9)) ?? steps[steps.length - 1];
        }

        function valueAxis(largest, unit) {
            if (unit === 'bytes') {
                let step = 1;
                while (step * 6 < largest) step *= 2;
                const count = Math.max(Math.ceil(largest / step), 1);
                return axisOf(step, count, value => {
                    const [scaledValue, name] = scaled(value);
                    return value === 0 ? '0' : `${Number(scaledValue.toPrecision(4))} ${name}`;
                });
            }
            const steps = [];
            for (let power = -3; power < 15; power += 1) {
                for (const digit of [1, 2, 5]) steps.push(Number(`${digit}e${power}`));
            }
            const step = leastStep(steps, Math.max(largest, 0.01), 5);
            const count = Math.max(Math.ceil(largest / step - 1e-9), 1);
            return axisOf(step, count, value => {
                const number = value >= 1000 ? grouped(value) : `${Number(value.toPrecision(6))}`;
                return unit === 'percent' ? `${number} %` : number;
            });
        }

        function axisOf(step, count, label) {
            const marks = Array.from({ length: count + 1 }, (_, index) => ({ value: index * step, label: label(index * step) }));
            return { top: count * step, marks };
        }

        const timeSteps = [0.0001, 0.001, 0.01, 0.1, 1, 10].flatMap(unit => [unit, unit * 2, unit * 5])
            .filter(step => step < 30)
            .concat([30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800]);

        function timeMarks(from, to, most) {
            const step = leastStep(timeSteps, to - from, most);
            const marks = [];
            for (let index = Math.ceil(from / step - 1e-6); index * step <= to + step * 1e-6; index += 1) {
                marks.push({ value: index * step, label: timeLabel(index * step, step, to) });
            }
            return marks;
        }

        function timeLabel(seconds, step, end) {
            if (step < 60 && end > 600) {
                // In a part of a long run: minutes and seconds.
                const minutes = Math.floor(seconds / 60 + 1e-9);
                const rest = (seconds - minutes * 60).toFixed(step < 0.1 ? 2 : step < 1 ? 1 : 0);
                return `${minutes}:${Number(rest) < 10 ? '0' : ''}${rest} min`;
            }
            const [size, unit] = step < 1 && end < 1 ? [0.001, 'ms'] : step < 60 ? [1, 's']
                : step < 3600 ? [60, 'min'] : [3600, 'h'];
            return `${Number((seconds / size).toFixed(4))} ${unit}`;
        }
        """#
}
