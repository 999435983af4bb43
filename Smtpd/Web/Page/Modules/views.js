// The ways in which a message is shown: HTML, text, headers, source, parts.

import { $, element, field, link } from './dom.js';
import { json, request } from './api.js';
import { legible, size } from './format.js';
import { highlighter, pieces, scroll, streamed } from './chunks.js';
import { mailFrame, partLink } from './files.js';

// --- HTML

let width = 0;

export function html(message, { remote = false } = {}) {
	const frame = mailFrame(`view/${message.ID}.html${remote ? '?remote=1' : ''}`);
	const stage = element('div', 'stage');
	stage.append(frame);
	stage.end = () => sizes.disconnect();
	// A frame that is wider than the window is drawn smaller, as a whole.
	const sizes = new ResizeObserver(() => fit(stage, frame));
	sizes.observe(stage);
	return stage;
}

function fit(stage, frame) {
	const room = stage.clientWidth, scale = width > room ? room / width : 1;
	frame.style.width = width ? `${width}px` : '100%';
	frame.style.height = scale < 1 ? `${stage.clientHeight / scale}px` : '100%';
	frame.style.transform = scale < 1 ? `scale(${scale})` : '';
	stage.classList.toggle('narrow', width > 0 && width < room);
}

export function setWidth(pixels) {
	width = width === pixels ? 0 : pixels;
	for (const one of $('widths').children) one.ariaPressed = Number(one.dataset.width) === width;
	const stage = document.querySelector('#view .stage');
	if (stage) fit(stage, stage.firstElementChild);
}

export function nextWidth() {
	const all = [...$('widths').children].map(one => Number(one.dataset.width));
	setWidth(width === all.at(-1) ? width : all[all.indexOf(width) + 1]);
}

// --- text

const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^]+/gi;

// Only these three kinds of addresses become links, and they tell nobody where they were.
export function linked(line) {
	const made = [];
	let from = 0;
	for (const { 0: found, index } of line.matchAll(LINK)) {
		// What closes the sentence or the bracket around it is no part of it.
		let text = found.replace(/[.,;:!?]+$/, '');
		while (/[)\]]$/.test(text) && text.split(/[([]/).length <= text.split(/[)\]]/).length - 1) text = text.slice(0, -1).replace(/[.,;:!?]+$/, '');
		let address;
		try { address = new URL(text); } catch { continue; }
		if (!['http:', 'https:', 'mailto:'].includes(address.protocol)) continue;
		const anchor = link(text, address.href);
		anchor.target = '_blank';
		anchor.rel = 'noopener noreferrer';
		made.push(line.slice(from, index), anchor);
		from = index + text.length;
	}
	made.push(line.slice(from));
	return made;
}

export function writeText(block, line) {
	const depth = /^(?:> ?)+/.exec(line)?.[0].replace(/ /g, '').length ?? 0;
	if (depth === 0) { block.append(...linked(line), '\n'); return; }
	const quote = element('span', depth > 1 ? 'quote deep' : 'quote');
	quote.append(...linked(line), '\n');
	block.append(quote);
}

export function text(message) {
	const shown = message.ShownText || message.Text;
	return shown ? scroll(pieces(shown), writeText, 'prose') : element('p', 'muted', 'The message has no text.');
}

// --- headers

export async function headers(message) {
	const fields = Object.entries(await json(`api/v1/message/${message.ID}/headers`)).flatMap(([name, values]) => values.map(value => [name, value]));
	const all = element('div', 'headers');
	const filter = field('Filter', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
	filter.className = 'filter';
	const table = element('table');
	const caption = element('caption', 'hidden', 'Headers');
	const body = element('tbody');
	for (const [name, value] of fields) {
		const row = element('tr');
		const head = element('th', '', name);
		head.scope = 'row';
		const cell = element('td');
		cell.dir = 'auto';
		cell.append(...linked(value));
		row.append(head, cell);
		row.words = `${name}: ${value}`.toLowerCase();
		body.append(row);
	}
	table.append(caption, body);
	const none = element('p', 'muted', 'No header has this text.');
	none.hidden = true;
	filter.input.oninput = () => {
		const words = filter.input.value.trim().toLowerCase();
		for (const row of body.rows) row.hidden = !row.words.includes(words);
		none.hidden = [...body.rows].some(row => !row.hidden);
	};
	all.append(filter, table, none);
	return all;
}

// --- source

export async function source(message) {
	return scroll(streamed(await request(`api/v1/message/${message.ID}/raw`)), highlighter(), 'source');
}

// --- parts

export async function parts(message) {
	const { Parts } = await json(`api/v1/message/${message.ID}/parts`);
	const open = [];
	const root = element('ul', 'parts');
	for (const part of Parts) {
		const item = element('li');
		const line = element('div', 'part');
		line.append(element('span', 'number', part.PartID || '·'), element('strong', '', part.ContentType));
		if (part.FileName) { const name = element('span', 'name', legible(part.FileName)); name.dir = 'auto'; line.append(name); }
		const told = [part.Charset, part.Encoding, part.Disposition, part.ContentID && `<${part.ContentID}>`, size(part.Size)].filter(Boolean);
		line.append(element('span', 'muted', told.join(' · ')));
		if (!part.ContentType.startsWith('multipart/')) line.append(partLink(message, part, 'Download'));
		item.append(line);
		open.length = part.Depth;
		const above = open.at(-1);
		if (!above) root.append(item);
		else {
			if (!above.lastElementChild.matches('ul')) above.append(element('ul'));
			above.lastElementChild.append(item);
		}
		open.push(item);
	}
	return root;
}
