// Lines over time, drawn as SVG.

import { element, shape } from './dom.js';

const WIDTH = 300, HEIGHT = 80;

// A round number at or above the value.
function ceiling(value) {
	if (!(value > 0)) return 1;
	const power = 10 ** Math.floor(Math.log10(value));
	return [1, 2, 5, 10].find(step => step * power >= value) * power;
}

// series: [{ name, values }], values null where nothing is known; write makes text of a value.
export function plot(title) {
	const figure = element('figure', 'plot');
	const caption = element('figcaption', '', title);
	const now = element('span');
	caption.append(now);
	const drawing = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
	const legend = element('div', 'legend');
	figure.append(caption, drawing, legend);
	figure.draw = (series, write, span) => {
		const known = series.flatMap(one => one.values.filter(value => value !== null));
		const most = ceiling(Math.max(0, ...known));
		const lines = series.map(({ values }, i) => {
			const points = [];
			let path = '', isDrawn = false;
			values.forEach((value, at) => {
				if (value === null) { isDrawn = false; return; }
				const x = values.length > 1 ? at / (values.length - 1) * WIDTH : WIDTH;
				const y = HEIGHT - Math.max(0, value) / most * HEIGHT;
				path += `${isDrawn ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
				points.push(value);
				isDrawn = true;
			});
			return shape('path', { d: path || 'M0 0', class: `c${i}`, stroke: 'currentColor' });
		});
		const grid = [0, 0.5, 1].map(share => shape('line', { class: 'grid', x1: 0, x2: WIDTH, y1: share * HEIGHT, y2: share * HEIGHT }));
		drawing.replaceChildren(...grid, ...lines);
		const last = series.map(({ name, values }) => `${name ? `${name} ` : ''}${write(values.findLast(value => value !== null) ?? null)}`);
		drawing.ariaLabel = `${title}, ${span}: now ${last.join(', ')}; at most ${write(known.length ? Math.max(...known) : null)}`;
		now.textContent = `${series.length === 1 ? `${last[0]} · ` : ''}up to ${write(most)}`;
		legend.replaceChildren(...series.length === 1 ? [] : series.map(({ name }, i) => {
			const entry = element('span');
			entry.append(element('i', `c${i}`), last[i]);
			return entry;
		}));
	};
	return figure;
}
