// Long texts: lines come in blocks as they are scrolled to, so that the size of a text never stops the page.

import { element } from './dom.js';

const LINES = 400;
const MOST_LINE = 20_000;

// The pieces of a text that is here already.
export async function* pieces(text) {
	for (let i = 0; i < text.length; i += 65536) yield text.slice(i, i + 65536);
}

// The pieces of an answer, decoded while they come.
export async function* streamed(answer) {
	const reader = answer.body.getReader();
	const charset = /charset=([\w-]+)/.exec(answer.headers.get('Content-Type'))?.[1];
	let decoder;
	try { decoder = new TextDecoder(charset ?? 'utf-8'); } catch { decoder = new TextDecoder(); }
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			yield decoder.decode(value, { stream: true });
		}
		yield decoder.decode();
	} finally {
		await reader.cancel().catch(() => {});
	}
}

async function* lines(source) {
	let rest = '';
	for await (const piece of source) {
		const all = (rest + piece).split('\n');
		rest = all.pop();
		for (const line of all) yield line;
		// A line without an end is cut: nobody reads it, and a browser lays it out as a whole.
		while (rest.length > MOST_LINE) { yield rest.slice(0, MOST_LINE); rest = rest.slice(MOST_LINE); }
	}
	if (rest) yield rest;
}

// An element that shows the source. write(block, line) puts one line, without its end, into a block.
export function scroll(source, write, className = '') {
	const ground = element('div', `text ${className}`);
	const end = element('p', 'more', 'More …');
	ground.append(end);
	const from = lines(source)[Symbol.asyncIterator]();
	let isBusy = false, isSeen = false;
	const next = async () => {
		if (isBusy) return;
		isBusy = true;
		try {
			do {
				const block = element('pre');
				let count = 0;
				for (; count < LINES; count++) {
					const { done, value } = await from.next();
					if (done) {
						watch.disconnect();
						end.remove();
						break;
					}
					write(block, value.endsWith('\r') ? value.slice(0, -1) : value);
				}
				if (count > 0) end.isConnected ? end.before(block) : ground.append(block);
				await new Promise(resolve => setTimeout(resolve));
			} while (isSeen && end.isConnected);
		} catch (failure) {
			watch.disconnect();
			end.textContent = `The rest cannot be read: ${failure.message}`;
		} finally {
			isBusy = false;
		}
	};
	// Several changes may come at once, the newest last.
	const watch = new IntersectionObserver(entries => {
		isSeen = entries.at(-1).isIntersecting;
		if (isSeen) next();
	}, { rootMargin: '800px' });
	watch.observe(end);
	// Whoever puts it away ends the reading.
	ground.end = () => { watch.disconnect(); from.return?.(); };
	return ground;
}

export const plain = (block, line) => block.append(`${line}\n`);

// Colours headers, boundaries and what is encoded; knows the source only as far as it has come.
export function highlighter() {
	let isHeader = true;
	const boundaries = new Set();
	return (block, line) => {
		const boundary = line.startsWith('--') && [...boundaries].some(one => line === `--${one}` || line === `--${one}--`);
		if (boundary) {
			isHeader = !line.endsWith('--') || boundaries.has(line.slice(2));
			block.append(element('b', 'boundary', line), '\n');
			return;
		}
		if (!isHeader) {
			if (line.length > 56 && /^[A-Za-z0-9+/]+=*$/.test(line)) block.append(element('span', 'encoded', line), '\n');
			else block.append(`${line}\n`);
			return;
		}
		if (line === '') isHeader = false;
		const found = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(line);
		if (found && boundaries.size < 200) boundaries.add((found[1] ?? found[2]).trimEnd());
		const name = /^[!-9;-~]+:/.exec(line)?.[0];
		if (name) block.append(element('b', 'name', name), element('span', 'value', line.slice(name.length)), '\n');
		else block.append(element('span', 'value', line), '\n');
	};
}
